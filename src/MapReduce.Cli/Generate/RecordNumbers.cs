namespace MapReduce.Cli.Generate;

/// <summary>The 128-bit numbers that the sort benchmark's records are made of: a linear congruential generator that can begin anywhere.</summary>
internal static class RecordNumbers
{
    private static readonly UInt128 Increment = new(0x4A696D4772617952, 0x4950202020202001);
    private static readonly UInt128 Multiplier = UInt128.Parse("47026247687942121848144207491837523525", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The number that follows <paramref name="number"/>.</summary>
    public static UInt128 After(UInt128 number) => (Multiplier * number) + Increment;

    /// <summary>The number of record <paramref name="record"/>, found in as many steps as its number has bits.</summary>
    public static UInt128 At(long record)
    {
        // A step is x → m·x + i; the powers of two of that step, composed as the bits of the distance say.
        var (multiplier, increment) = (Multiplier, Increment);
        var number = Increment;
        for (var left = record; left > 0; left >>= 1)
        {
            if ((left & 1) != 0) number = (multiplier * number) + increment;
            increment = (multiplier * increment) + increment;
            multiplier *= multiplier;
        }
        return number;
    }
}
