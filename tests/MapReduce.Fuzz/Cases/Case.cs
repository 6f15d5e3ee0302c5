using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Cases;

/// <summary>All that one run is made of: the same case is the same run.</summary>
/// <param name="Sources">What is read.</param>
/// <param name="Channels">What becomes of it.</param>
/// <param name="Mistakes">What the author has got wrong.</param>
/// <param name="Settings">The settings that are not as usual, by name, each with the number of a choice: see <see cref="SettingsTable"/>.</param>
internal sealed record Case(IReadOnlyList<SourceCase> Sources, IReadOnlyList<ChannelPlan> Channels, IReadOnlyList<MistakePlan> Mistakes, IReadOnlyDictionary<string, int> Settings)
{
    /// <summary>What the side file says; null where there is none.</summary>
    public string? SideText { get; init; }

    /// <summary>Whether the job says that it has side effects.</summary>
    public bool HasSideEffects { get; init; }

    /// <summary>The job, with its side file at a path.</summary>
    public JobPlan Job(string? sideFile = null) => new([.. Sources.Select(source => source.Plan)], Channels, Mistakes) { SideFile = SideText is null ? null : sideFile ?? "", HasSideEffects = HasSideEffects };

    public ChannelPlan Channel(int id) => Channels.First(channel => channel.Id == id);

    public SourceCase Source(int id) => Sources.First(source => source.Plan.Id == id);

    /// <summary>Whether a later channel reads the dataset of one.</summary>
    public bool IsRead(ChannelPlan channel) => Channels.Any(other => other.Feeds.Any(feed => feed.Dataset == channel.Id));

    public override string ToString() => string.Join('\n', (string[])
    [
        .. Settings.Select(setting => $"  {setting.Key}: {setting.Value}"),
        .. Sources.SelectMany(source => (string[])[$"  {source.Plan}", .. source.Input?.Files.Select(file => $"    {source.Input.Style}: {file}") ?? []]),
        .. SideText is null ? Array.Empty<string>() : [$"  side file: {SideText}"],
        .. Channels.SelectMany(channel => (string[])[$"  {channel}", .. channel.Feeds.Select(feed => $"    {feed}"), .. channel.Outputs.Select(output => $"    {output}")]),
        .. Mistakes.Select(mistake => $"  {mistake}"),
    ]);
}

/// <summary>What is read, with its input; null where it reads none.</summary>
internal sealed record SourceCase(SourcePlan Plan, InputPlan? Input);

/// <summary>An input of a run.</summary>
/// <param name="Style">How the run names it.</param>
/// <param name="Files">Its files.</param>
internal sealed record InputPlan(InputStyle Style, IReadOnlyList<FilePlan> Files);

internal enum InputStyle
{
    Folder,
    Glob,

    /// <summary>The path of its only file.</summary>
    File,
}

/// <summary>A file of an input.</summary>
/// <param name="Name">Its path below the folder of the input.</param>
/// <param name="Seed">What its records follow from.</param>
/// <param name="Records">The numbers of the records that are in it: each follows from the seed and its number.</param>
/// <param name="Packing">How it is compressed.</param>
internal sealed record FilePlan(string Name, long Seed, IReadOnlyList<int> Records, Packing Packing)
{
    public LineEnds Ends { get; init; }

    /// <summary>Whether its last line has no end.</summary>
    public bool EndsOpen { get; init; }

    /// <summary>Whether it begins with a byte order mark, where that is allowed.</summary>
    public bool HasMark { get; init; }

    /// <summary>Whether there are bytes in it that no text has, and lines that cannot be read.</summary>
    public bool IsOdd { get; init; }

    /// <summary>How many different words are in it.</summary>
    public int Words { get; init; } = 20;

    /// <summary>The longest tokens in it, in bytes; 0 for none that are long.</summary>
    public int Longest { get; init; }

    public Damage Damage { get; init; }

    /// <summary>Where it is damaged.</summary>
    public int DamageAt { get; init; }

    public override string ToString() => $"{Name}, seed {Seed}, {(Records.Count <= 8 ? $"records {string.Join(' ', Records)}" : $"{Records.Count} records")}, {Packing}, {Ends}"
        + $"{(EndsOpen ? ", open end" : "")}{(HasMark ? ", mark" : "")}{(IsOdd ? ", odd" : "")}, {Words} words{(Longest > 0 ? $", longest {Longest}" : "")}{(Damage != Damage.None ? $", {Damage} at {DamageAt}" : "")}";
}

internal enum LineEnds
{
    Unix,
    Windows,
    Mixed,
}

/// <summary>How a file is compressed.</summary>
internal enum Packing
{
    Plain,
    Gzip,

    /// <summary>Several members, an empty one among them.</summary>
    GzipMembers,

    /// <summary>With every field that a header may have.</summary>
    GzipHeader,

    /// <summary>Deflated without compression, in blocks.</summary>
    GzipStored,

    /// <summary>With zeros behind the last member.</summary>
    GzipPadded,
    Zstandard,

    /// <summary>Several frames, an empty one among them.</summary>
    ZstandardFrames,

    /// <summary>With frames that readers skip, in front and between.</summary>
    ZstandardSkippable,

    /// <summary>With checksums.</summary>
    ZstandardChecksum,

    /// <summary>Blocks that are not compressed, behind a header without a length.</summary>
    ZstandardRaw,
}

/// <summary>How a file is damaged.</summary>
internal enum Damage
{
    None,

    /// <summary>It ends within its last member or frame, or within a record of a fixed length.</summary>
    CutShort,

    /// <summary>A bit is flipped, behind the first bytes by which the compression is known.</summary>
    Flipped,

    /// <summary>Something follows that is neither a member nor a frame.</summary>
    Followed,
}
