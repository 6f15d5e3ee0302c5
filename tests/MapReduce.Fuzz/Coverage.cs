using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Runs;
using MapReduce.Fuzz.Sequential;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.Fuzz;

/// <summary>How often each member of the API was called, and each kind, format, step, packing, setting and mistake was in a run that came to what it has to.</summary>
internal sealed class Coverage
{
    /// <summary>So many cases meet everything.</summary>
    public const int EnoughCases = 5000;

    /// <summary>How the names of mistakes and what came of them begin.</summary>
    public const string OfMistakes = "mistake ";

    private const int Columns = 3;
    private const int Width = 52;

    private readonly ConcurrentDictionary<string, long> counts = new(All().Select(name => KeyValuePair.Create(name, 0L)));

    /// <summary>A member of the API is called.</summary>
    public void Use(string member) => Count($"call {member}");

    public void Add(Case of, Expectation expected, Observation observed)
    {
        var outcome = observed.Error is not null ? "fails" : expected.Skipped.Count > 0 ? "skips" : "succeeds";
        Count($"outcome {outcome}");
        foreach (var setting in of.Settings) Count(NameOf(setting.Key, setting.Value));
        foreach (var (plan, input) in of.Sources)
        {
            Count(NameOf(plan.Format));
            Count(NameOf(plan.Naming));
            if (input is null) continue;
            Count(NameOf(input.Style));
            foreach (var file in input.Files)
            {
                Count(NameOf(file.Packing));
                Count(NameOf(file.Damage));
                Count(NameOf(file.Ends));
            }
        }
        foreach (var channel in of.Channels) Add(channel);
        foreach (var mistake in of.Mistakes) Count(NameOf(mistake.Place, outcome));
    }

    /// <summary>What never happened.</summary>
    public IReadOnlyList<string> Empty() => [.. counts.Where(count => count.Value == 0).Select(count => count.Key).Order(StringComparer.Ordinal)];

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var row in counts.OrderBy(count => count.Key, StringComparer.Ordinal).Chunk(Columns))
            text.AppendLine(string.Concat(row.Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key,-Width + 8}{count.Value,7} "))).TrimEnd());
        return text.ToString();
    }

    private void Add(ChannelPlan channel)
    {
        Count(NameOf(channel.Step));
        Count(NameOf(channel.Partitioning));
        Count($"key {channel.Key}");
        Count($"value {channel.Value}");
        if (channel.Step == Step.Join) Count(NameOf(channel.Join));
        if (channel.Step is Step.Reduce or Step.GroupByFirst) Count(NameOf(channel.Reduce));
        if (channel.Aggregator is { } aggregator) Add(aggregator);
        foreach (var feed in channel.Feeds)
        {
            Count(NameOf(feed.Style));
            Count(NameOf(feed.Emit.Tokens));
            Count(NameOf(feed.Emit.Key));
            Count(NameOf(feed.Emit.Value));
        }
        foreach (var output in channel.Outputs)
        {
            Count(NameOf(output.Format));
            Count(NameOf(output.Compression));
        }
    }

    private void Add(AggregatorPlan plan)
    {
        Count($"aggregator {plan.Name}");
        if (plan.First is not null) Add(plan.First);
        if (plan.Second is not null) Add(plan.Second);
    }

    private void Count(string name) => counts.AddOrUpdate(name, 1, (_, count) => count + 1);

    private static IEnumerable<string> All() =>
    [
        .. ApiMembers.All.Select(member => $"call {member}"),
        .. (string[])["outcome fails", "outcome skips", "outcome succeeds"],
        .. SettingsTable.Names.SelectMany(name => Enumerable.Range(0, SettingsTable.CountOf(name)).Select(choice => NameOf(name, choice))),
        .. Names<SourceFormat>(), .. Names<InputNaming>(), .. Names<InputStyle>(), .. Names<Packing>(), .. Names<Damage>(), .. Names<LineEnds>(),
        .. Names<Step>(), .. Names<Partitioning>(), .. Names<JoinKind>(), .. Names<ReduceName>(), .. Names<FeedStyle>(), .. Names<Tokens>(), .. Names<KeyPart>(), .. Names<ValuePart>(),
        .. Names<RowFormat>(), .. Names<OutputCompression>(),
        .. AllKinds.Names.Where(name => AllKinds.Of(name).IsKey).Select(name => $"key {name}"),
        .. AllKinds.Names.Select(name => $"value {name}"),
        .. AllKinds.Names.SelectMany(name => AggregatorNames.Of(AllKinds.Of(name))).Distinct().Append(AggregatorNames.Both).Select(name => $"aggregator {name}"),
        .. Enum.GetValues<MistakePlace>().Select(place => NameOf(place, "fails")),
        .. Enum.GetValues<MistakePlace>().Where(CanBeSkipped).Select(place => NameOf(place, "skips")),
    ];

    /// <summary>Whether a mistake can be that of a record, which is then passed over.</summary>
    private static bool CanBeSkipped(MistakePlace place) => place is MistakePlace.Map or MistakePlace.Null or MistakePlace.KeyCodec or MistakePlace.ValueCodec or MistakePlace.Partition or MistakePlace.Format
        or MistakePlace.AggregatorAdd or MistakePlace.AggregatorWrite;

    private static IEnumerable<string> Names<T>() where T : struct, Enum => Enum.GetValues<T>().Select(value => NameOf(value));

    private static string NameOf<T>(T value) where T : struct, Enum => $"{typeof(T).Name} {value}";

    private static string NameOf(string setting, int choice) => string.Create(CultureInfo.InvariantCulture, $"setting {setting} {choice}");

    private static string NameOf(MistakePlace place, string outcome) => $"{OfMistakes}{place} {outcome}";
}
