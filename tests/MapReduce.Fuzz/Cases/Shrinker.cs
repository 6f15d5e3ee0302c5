using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Cases;

/// <summary>Cases that are a little smaller than another, in an order that is always the same: so a way to a small case is a list of numbers.</summary>
internal static class Shrinker
{
    /// <summary>The smaller cases of a case, large steps first.</summary>
    public static IEnumerable<Case> Smaller(Case of) => Candidates(of).Select(Trimmed).Where(smaller => !ReferenceEquals(smaller, of) && PlanRules.Allows(smaller));

    /// <summary>Goes a way of smaller and smaller cases.</summary>
    public static Case Along(Case of, IEnumerable<int> way) => way.Aggregate(of, (smaller, step) => Smaller(smaller).ElementAt(step));

    private static IEnumerable<Case> Candidates(Case of)
    {
        foreach (var channel in of.Channels) yield return of with { Channels = [.. of.Channels.Where(other => other != channel)] };
        foreach (var source in of.Sources) yield return of with { Sources = [.. of.Sources.Where(other => other != source)] };
        foreach (var mistake in of.Mistakes) yield return of with { Mistakes = [.. of.Mistakes.Where(other => other != mistake)] };
        foreach (var setting in of.Settings.Keys) yield return of with { Settings = new SortedDictionary<string, int>(of.Settings.Where(other => other.Key != setting).ToDictionary(), StringComparer.Ordinal) };
        if (of.HasSideEffects) yield return of with { HasSideEffects = false };
        if (of.SideText is not null) yield return of with { SideText = null };
        foreach (var source in of.Sources)
            foreach (var smaller in Smaller(source)) yield return of with { Sources = [.. of.Sources.Select(other => other == source ? smaller : other)] };
        foreach (var channel in of.Channels)
            foreach (var smaller in Smaller(channel)) yield return of with { Channels = [.. of.Channels.Select(other => other == channel ? smaller : other)] };
    }

    private static IEnumerable<SourceCase> Smaller(SourceCase source)
    {
        var (plan, input) = source;
        if (plan is { ReadsFiles: false, Size: > 1 }) yield return source with { Plan = plan with { Size = plan.Size / 2 } };
        if (plan.Naming != InputNaming.One) yield return source with { Plan = plan with { Naming = InputNaming.One } };
        if (input is null) yield break;
        if (input.Style != InputStyle.Folder) yield return source with { Input = input with { Style = InputStyle.Folder } };
        foreach (var file in input.Files)
            if (input.Files.Count > 1) yield return source with { Input = input with { Files = [.. input.Files.Where(other => other != file)] } };
        foreach (var file in input.Files)
            foreach (var smaller in Smaller(file)) yield return source with { Input = input with { Files = [.. input.Files.Select(other => other == file ? smaller : other)] } };
    }

    private static IEnumerable<FilePlan> Smaller(FilePlan file)
    {
        // Large pieces first, so that thousands of records are soon a few.
        for (var piece = file.Records.Count / 2; piece > 0; piece /= 2)
            for (var start = 0; start < file.Records.Count; start += piece) yield return file with { Records = [.. file.Records.Take(start), .. file.Records.Skip(start + piece)] };
        if (file.Records.Count == 1) yield return file with { Records = [] };
        if (file.Packing != Packing.Plain && file.Damage == Damage.None) yield return file with { Packing = Packing.Plain };
        if (file.Damage != Damage.None) yield return file with { Damage = Damage.None };
        if (file.Longest > 0) yield return file with { Longest = 0 };
        if (file.IsOdd) yield return file with { IsOdd = false };
        if (file.HasMark) yield return file with { HasMark = false };
        if (file.EndsOpen) yield return file with { EndsOpen = false };
        if (file.Ends != LineEnds.Unix) yield return file with { Ends = LineEnds.Unix };
        if (file.Words > 1) yield return file with { Words = 1 };
    }

    private static IEnumerable<ChannelPlan> Smaller(ChannelPlan channel)
    {
        foreach (var feed in channel.Feeds) yield return channel with { Feeds = [.. channel.Feeds.Where(other => other != feed)] };
        foreach (var output in channel.Outputs) yield return channel with { Outputs = [.. channel.Outputs.Where(other => other != output)] };
        if (channel.IsCombined) yield return channel with { IsCombined = false };
        if (channel.ReducesWithObject) yield return channel with { ReducesWithObject = false };
        if (channel.HasOwnCodecs) yield return channel with { HasOwnCodecs = false };
        if (channel.Partitioning != Partitioning.Hash) yield return channel with { Partitioning = Partitioning.Hash };
        if (channel.Partitions > 2) yield return channel with { Partitions = 2 };
        if (channel.Partitions != 1 && channel.Step != Step.MapOnly) yield return channel with { Partitions = 1 };
        foreach (var smaller in Smaller(channel.Aggregator)) yield return channel with { Aggregator = smaller };
        foreach (var feed in channel.Feeds)
            foreach (var smaller in Smaller(feed)) yield return channel with { Feeds = [.. channel.Feeds.Select(other => other == feed ? smaller : other)] };
        foreach (var output in channel.Outputs)
            foreach (var smaller in Smaller(output)) yield return channel with { Outputs = [.. channel.Outputs.Select(other => other == output ? smaller : other)] };
        if (channel.Step is Step.MapOnly or Step.Sort or Step.Reduce or Step.Aggregate && channel.Key != AllKinds.Text.Name) yield return channel with { Key = AllKinds.Text.Name };
        if (channel.Step is Step.MapOnly or Step.Sort && channel.Value != AllKinds.Text.Name) yield return channel with { Value = AllKinds.Text.Name };
    }

    private static IEnumerable<AggregatorPlan> Smaller(AggregatorPlan? plan)
    {
        if (plan is null) yield break;
        if (plan.First is not null) yield return plan.First;
        if (plan.Second is not null) yield return plan.Second;
        if (plan.Selects) yield return plan with { Selects = false };
    }

    private static IEnumerable<FeedPlan> Smaller(FeedPlan feed)
    {
        if (feed.Style != FeedStyle.Function) yield return feed with { Style = FeedStyle.Function };
        if (feed.Emit.Most > 1) yield return feed with { Emit = feed.Emit with { Most = 1 } };
        if (feed.Emit.Tokens != Tokens.Whole) yield return feed with { Emit = feed.Emit with { Tokens = Tokens.Whole } };
        if (feed.Emit.Key != KeyPart.Token) yield return feed with { Emit = feed.Emit with { Key = KeyPart.Token } };
        if (feed.Emit.Value != ValuePart.Position) yield return feed with { Emit = feed.Emit with { Value = ValuePart.Position } };
    }

    private static IEnumerable<OutputPlan> Smaller(OutputPlan output)
    {
        if (output.File is not null) yield return output with { File = null };
        if (output.Compression != Sdk.OutputCompression.None) yield return output with { Compression = Sdk.OutputCompression.None };
        if (output.Format is not (RowFormat.Text or RowFormat.Store)) yield return output with { Format = RowFormat.Text };
    }

    /// <summary>Removes what hangs on something that is not there any more.</summary>
    private static Case Trimmed(Case of)
    {
        var sources = of.Sources.Select(source => source.Plan.Id).ToHashSet();
        var channels = new List<ChannelPlan>();
        foreach (var channel in of.Channels)
        {
            var feeds = channel.Feeds.Where(feed => feed.Dataset >= 0 ? channels.Exists(other => other.Id == feed.Dataset) : sources.Contains(feed.Source)).ToList();
            if (feeds.Count > 0) channels.Add(feeds.Count == channel.Feeds.Count ? channel : channel with { Feeds = feeds });
        }
        // What a channel was read for may be gone, and with it all reason to have it; so is then what it alone reads.
        for (var before = -1; before != channels.Count;)
        {
            before = channels.Count;
            channels.RemoveAll(channel => channel.Outputs.Count == 0 && !channels.Exists(other => other.Feeds.Any(feed => feed.Dataset == channel.Id)));
        }
        return of with
        {
            Channels = channels,
            Sources = [.. of.Sources.Where(source => channels.Exists(channel => channel.Feeds.Any(feed => feed.Source == source.Plan.Id)))],
            Mistakes = [.. of.Mistakes.Where(mistake => channels.Exists(channel => channel.Id == mistake.Channel))],
        };
    }
}
