using MapReduce.Fuzz.Inputs;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Cases;

/// <summary>Draws what is read.</summary>
internal static class SourceDraw
{
    private static readonly SourceFormat[] Formats = [SourceFormat.Lines, SourceFormat.Lines, .. Enum.GetValues<SourceFormat>()];
    private static readonly string[] Names = ["a", "B", "b.txt", "z", "10", "9", "ä", "sub/a", "sub-a", "c.gz", "d.zst"];
    private static readonly int[] LongestTokens = [512, 4096, 70_000, 300_000, 1 << 20, 4 << 20];

    public static SourceCase Draw(Randomness random, int id)
    {
        var format = random.Of(Formats);
        var plan = format switch
        {
            SourceFormat.Numbers or SourceFormat.Store => new SourcePlan(id, format, random.Between(0, 60), random.Between(1, 25)),
            SourceFormat.Records => new SourcePlan(id, format, random.Of([1, 7, 16, 100])),
            SourceFormat.Delimited => new SourcePlan(id, format) { Delimiter = random.Of([',', '\t', ';']), HasHeader = random.Chance(0.5), AllowQuotes = random.Chance(0.5) },
            _ => new SourcePlan(id, format),
        };
        return new SourceCase(plan with { Naming = random.Chance(0.3) ? InputNaming.Named : InputNaming.One }, plan.ReadsFiles ? Input(random, plan) : null);
    }

    private static InputPlan Input(Randomness random, SourcePlan source)
    {
        var names = Names.ToList();
        // Now and then one file is large, and now and then tokens are long: not all of it at once, nor in all cases.
        var isLarge = random.Chance(0.05);
        var longest = isLarge || random.Chance(0.75) ? 0 : random.Of(LongestTokens[..random.Between(2, LongestTokens.Length)]);
        var files = new List<FilePlan>();
        for (var count = random.Between(0, 9) switch { < 5 => 1, < 9 => random.Between(2, 4), _ => 9 }; count > 0; count--)
        {
            var name = random.Of(names);
            names.Remove(name);
            files.Add(File(random, source, name, isLarge && files.Count == 0 ? 6000 : longest > 70_000 ? 12 : random.Between(0, 60), longest));
        }
        if (random.Chance(0.12)) files[0] = Damaged(random, files[0], source);
        return new InputPlan(files.Count == 1 && random.Chance(0.3) ? InputStyle.File : random.Chance(0.3) ? InputStyle.Glob : InputStyle.Folder, files);
    }

    private static FilePlan File(Randomness random, SourcePlan source, string name, int records, int longest)
    {
        var isText = source.Format is SourceFormat.Lines or SourceFormat.LinesWithReturns or SourceFormat.JsonLines;
        return new FilePlan(name, random.Between(0, int.MaxValue - 1), [.. Enumerable.Range(0, records)], random.Chance(0.5) ? Packing.Plain : random.Of(Enum.GetValues<Packing>()))
        {
            Ends = random.Of(Enum.GetValues<LineEnds>()),
            EndsOpen = isText && random.Chance(0.4),
            HasMark = isText && random.Chance(0.1),
            IsOdd = random.Chance(source.Format == SourceFormat.JsonLines ? 0.4 : 0.7),
            Words = random.Of([1, 3, 20, 20, 400]),
            // A row that long is no row that anybody promises to read.
            Longest = source.Format == SourceFormat.Delimited ? 0 : longest,
        };
    }

    private static FilePlan Damaged(Randomness random, FilePlan file, SourcePlan source)
    {
        var damaged = file with { Damage = random.Of(Enum.GetValues<Damage>()), DamageAt = random.Between(0, 1 << 20) };
        return Damaging.Means(damaged.Damage, damaged, source) ? damaged : file;
    }
}
