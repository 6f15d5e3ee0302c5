namespace MapReduce.Cli.Generate;

/// <summary>Lines of 70 to 90 characters of lower-case words, frequent words shorter.</summary>
internal sealed class TextGenerator : ILineGenerator
{
    private const int Stride = 16;

    private readonly SeededRandom random;
    private readonly Zipf ranks;
    private readonly byte[] words;
    private readonly byte[] lengths;

    public TextGenerator(ulong seed, int words, double exponent)
    {
        random = new SeededRandom(seed);
        ranks = new Zipf(words, exponent);
        this.words = new byte[(long)words * Stride];
        lengths = new byte[words];
        for (var rank = 0; rank < words; rank++) lengths[rank] = (byte)Spell(rank, this.words.AsSpan(rank * Stride, Stride));
    }

    public int LongestLine => 90 + Stride + 1;

    public int Write(Span<byte> target)
    {
        var length = 0;
        for (var wanted = 70 + random.Below(20); length < wanted;)
        {
            if (length > 0) target[length++] = (byte)' ';
            var rank = ranks.Next(random);
            words.AsSpan(rank * Stride, Stride).CopyTo(target[length..]);
            length += lengths[rank];
        }
        target[length++] = (byte)'\n';
        return length;
    }

    /// <summary>The word of a rank: two letters or more, as many as it takes to number those before it, in an order that looks random.</summary>
    private static int Spell(int rank, Span<byte> word)
    {
        // Each length has 26^n words; a third of them are used, so that words do not look counted.
        var (length, room, used) = (2, 676L, 225L);
        long place = rank;
        while (place >= used)
        {
            place -= used;
            (length, room) = (length + 1, room * 26);
            used = room / 3;
        }
        // Multiplying by a number that shares no factor with 26^n is one to one.
        var number = (long)((UInt128)place * 179_424_673 % (UInt128)room);
        for (var i = length - 1; i >= 0; i--)
        {
            word[i] = (byte)('a' + (number % 26));
            number /= 26;
        }
        return length;
    }
}
