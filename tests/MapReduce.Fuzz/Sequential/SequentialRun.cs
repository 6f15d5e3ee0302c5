using System.Text;
using MapReduce.Engine;
using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Inputs;
using MapReduce.FuzzJobs;
using MapReduce.FuzzJobs.Definition;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Local;

namespace MapReduce.Fuzz.Sequential;

/// <summary>Works a case out on lists, one record, one group and one row after another, as the documentation says that jobs work.</summary>
/// <remarks>It shares the functions of the job with the run, and nothing of the engine: no reader, codec, order, fold, join, partition by hash, or format.</remarks>
internal sealed class SequentialRun
{
    private readonly Case of;
    private readonly InputFiles inputs;
    private readonly Semantics semantics;
    private readonly LocalSettings settings;
    private readonly Expectation expectation = new();
    private readonly Mapping mapping;
    private readonly Steps steps;
    private readonly Dictionary<int, Dataset> datasets = [];

    private SequentialRun(Case of, InputFiles inputs, LocalSettings settings, Semantics semantics)
    {
        (this.of, this.inputs, this.settings, this.semantics) = (of, inputs, settings, semantics);
        mapping = new Mapping(of, semantics, expectation, settings.SkipBadRecords, Encoding.UTF8.GetBytes(of.SideText ?? ""));
        steps = new Steps(semantics, expectation);
    }

    /// <summary>What a run of a case has to come to.</summary>
    public static Expectation Of(Case of, InputFiles inputs, LocalSettings settings, Semantics semantics)
    {
        var run = new SequentialRun(of, inputs, settings, semantics);
        run.Run();
        return run.expectation;
    }

    private void Run()
    {
        DeclareCounters();
        ExpectDamage();
        if (of.Mistakes.Any(mistake => mistake.Place == MistakePlace.Define)) expectation.Failures.Add(new(EngineError.UserCode, PlannedException.TextOf(MistakePlace.Define)));
        // Channels read only those before them, and what one source feeds is as deep as all else that it feeds.
        var pairs = of.Channels.ToDictionary(channel => channel.Id, _ => new List<Pair>());
        foreach (var depth in of.Channels.Select(DepthOf).Distinct().Order())
        {
            var here = of.Channels.Where(channel => DepthOf(channel) == depth).ToList();
            foreach (var source in of.Sources.Where(source => here.Exists(channel => channel.Feeds.Any(feed => feed.Source == source.Plan.Id)))) Add(mapping.Map(source, inputs));
            foreach (var channel in here)
                foreach (var feed in channel.Feeds.Where(feed => feed.Dataset >= 0)) Add(mapping.Map(datasets[feed.Dataset], channel, feed));
            foreach (var channel in here) Finish(channel, pairs[channel.Id]);
        }
        if (settings.SkipBadRecords > 0 && expectation.Skipped.Count > settings.SkipBadRecords) expectation.Failures.Add(new(EngineError.TooManyBadRecords, $"{settings.SkipBadRecords}"));

        void Add(List<Pair> mapped)
        {
            foreach (var pair in mapped) pairs[pair.Channel].Add(pair);
        }
    }

    private int DepthOf(ChannelPlan channel) => PlanRules.DepthOf(of, channel);

    private void DeclareCounters()
    {
        foreach (var channel in of.Channels)
        {
            foreach (var name in (string[])[FeedCounters.RecordsOf(channel.Id), FeedCounters.PairsOf(channel.Id), FeedCounters.OpenOf(channel.Id)]) expectation.Counters.Add(name, 0);
            if (channel.Step is Step.Reduce or Step.GroupByFirst) expectation.Counters.Add(FeedCounters.GroupsOf(channel.Id), 0);
        }
        // Blank lines are read, and are no records.
        if (of.Sources.All(source => source.Plan.Format != SourceFormat.JsonLines)) expectation.InputRecords = of.Sources.Sum(source => semantics.Reading.Of(source.Plan, inputs).LongCount());
    }

    /// <summary>A damaged input fails the run with its name ("an input is missing, unreadable or damaged" of README.md), and no part of it is ever taken for the whole.</summary>
    private void ExpectDamage()
    {
        foreach (var source in of.Sources.Where(source => source.Input is not null))
            foreach (var file in inputs.Of(source.Plan.Id).Where(file => semantics.Finds(file.Plan.Damage)))
            {
                (Damaging.MayBeHarmless(file.Plan.Damage) ? expectation.Possible : expectation.Failures).Add(new(EngineError.BadInput, file.Path));
                if (Damaging.MayMakeRecords(file.Plan.Damage)) ExpectRecordsOfDamage(file.Path);
            }
    }

    /// <summary>What the damage has made of records nobody knows: they may be bad themselves, or ones at which the author's code makes its mistake.</summary>
    private void ExpectRecordsOfDamage(string path)
    {
        expectation.Possible.Add(new(EngineError.UserCode, $"The record is '{path}'"));
        expectation.Possible.AddRange(of.Mistakes.Select(mistake => new ExpectedFailure(EngineError.UserCode, mistake.Place switch
        {
            MistakePlace.Null => "null String",
            MistakePlace.PartitionRange => Mapping.OutOfRange,
            _ => PlannedException.TextOf(mistake.Place),
        })));
        if (of.Channels.Any(channel => channel.Outputs.Any(output => output.Format == RowFormat.Json))) expectation.Possible.Add(new(EngineError.UserCode, "JSON"));
        if (settings.SkipBadRecords > 0) expectation.Possible.Add(new(EngineError.TooManyBadRecords, $"{settings.SkipBadRecords}"));
    }

    private void Finish(ChannelPlan channel, List<Pair> pairs)
    {
        var transaction = mapping.TransactionOf(channel);
        var (key, value) = (AllKinds.Of(channel.Key), AllKinds.Of(channel.Value));
        ExpectMistakesOfFolding(channel, pairs, transaction.Mistakes, key, value);
        var partitions = PlanRules.Partitions(of, channel, settings.Partitions);
        var groups = channel.Step == Step.MapOnly ? [.. pairs.Select(pair => new Group(null, [(pair.Key, pair.Value)]))] : steps.Of(channel, pairs, transaction.Mistakes);
        var rowKey = channel.Step == Step.GroupByFirst ? PartsOf.First(key) : key;
        List<(object? Key, object? Value)> ending = PlanRules.WritesAtEnd(channel) ? [(rowKey.Make("z"u8), Reducing<string, string>.Closed)] : [];
        var layout = LayoutOf(channel, partitions);
        var parts = layout == Layout.Parts ? PartsOfGroups(channel, groups, partitions, ending, transaction.Partitioner) : [groups];
        foreach (var output in channel.Outputs) Expect(channel, output, layout, parts, channel.Step == Step.MapOnly ? 0 : partitions, layout == Layout.Parts ? [] : ending, (rowKey is Utf8Kind, value is Utf8Kind));
        List<(object?, object?)> rows = [.. parts.SelectMany(part => part).SelectMany(group => group.Rows)];
        if (layout != Layout.Parts) rows.AddRange(Enumerable.Repeat(ending, partitions).SelectMany(row => row));
        datasets[channel.Id] = new Dataset(rows, rowKey.Show, ShowOf(channel, value));
    }

    private Layout LayoutOf(ChannelPlan channel, int partitions)
    {
        if (channel.Step is Step.MapOnly or Step.Sort && !PlanRules.AreValuesOrdered(of, channel)) return Layout.Rows;
        if (channel.Step == Step.MapOnly) return Layout.Whole;
        if (partitions == 1 || channel.Partitioning == Partitioning.Custom) return Layout.Parts;
        return channel.Partitioning == Partitioning.TotalOrder && !PlanRules.WritesAtEnd(channel) ? Layout.Whole : Layout.Groups;
    }

    private List<IReadOnlyList<Group>> PartsOfGroups(ChannelPlan channel, IReadOnlyList<Group> groups, int partitions, List<(object?, object?)> ending, Partitioner partitioner)
    {
        var parts = Enumerable.Range(0, partitions).Select(_ => new List<Group>()).ToList();
        foreach (var group in groups)
        {
            var partition = 0;
            try
            {
                if (channel.Partitioning == Partitioning.Custom) partition = partitioner.Of(group.Key, partitions);
            }
            catch (PlannedException)
            {
                // Its records are bad, or the job fails.
                continue;
            }
            if (partition < partitions) parts[semantics.PartOf(partition, partitions)].Add(group);
        }
        if (ending.Count > 0) parts.ForEach(part => part.Add(new Group(null, ending)));
        return [.. parts];
    }

    private void Expect(
        ChannelPlan channel, OutputPlan output, Layout layout, IReadOnlyList<IReadOnlyList<Group>> parts, int count, List<(object? Key, object? Value)> ending, (bool, bool) shows)
    {
        if (output.Format == RowFormat.Store)
        {
            var show = ShowOf(channel, AllKinds.Of(channel.Value));
            var showKey = channel.Step == Step.GroupByFirst ? PartsOf.First(AllKinds.Of(channel.Key)) : AllKinds.Of(channel.Key);
            expectation.Tables[output.Name] = [.. parts.SelectMany(part => part).SelectMany(group => group.Rows).Concat(Enumerable.Repeat(ending, count).SelectMany(row => row)).Select(row => (showKey.Show(row.Key), show(row.Value)))];
            return;
        }
        try
        {
            expectation.Outputs.Add(new ExpectedOutput(
                output, layout, [.. parts.Select(part => (IReadOnlyList<IReadOnlyList<byte[]>>)[.. part.Select(group => (IReadOnlyList<byte[]>)[.. group.Rows.Select(Row)])])], count, [.. ending.Select(Row)]));
        }
        catch (Refusal refusal)
        {
            // Of a map-only channel the records are bad, and not here any more.
            expectation.Failures.Add(new(EngineError.UserCode, refusal.Message));
        }

        byte[] Row((object? Key, object? Value) row) => RowBytes.Of(output.Format, row.Key, row.Value, shows);
    }

    /// <summary>How often states are merged, written, read and measured, and combiners run, is the engine's affair. So it is whether they fail.</summary>
    private void ExpectMistakesOfFolding(ChannelPlan channel, List<Pair> pairs, AuthorMistakes mistakes, Kind key, Kind value)
    {
        MistakePlace[] ofStates = [MistakePlace.AggregatorMerge, MistakePlace.AggregatorWrite, MistakePlace.AggregatorRead, MistakePlace.AggregatorSize];
        // A state that a value has spoilt for one of them fails at the others, too.
        if (ofStates.Any(mistakes.Has) && pairs.Exists(pair => Bag<byte[]>.Poisons(mistakes, value.Show(pair.Value))))
            expectation.Possible.AddRange(ofStates.Where(mistakes.Has).Select(place => new ExpectedFailure(EngineError.UserCode, PlannedException.TextOf(place))));
        if (channel.IsCombined && pairs.Exists(pair => mistakes.IsMadeAt(MistakePlace.Combiner, key.Show(semantics.Shuffled(pair.Key)))))
            expectation.Possible.Add(new(EngineError.UserCode, PlannedException.TextOf(MistakePlace.Combiner)));
        if (!PlanRules.WritesAtEnd(channel)) return;
        foreach (var place in (MistakePlace[])[MistakePlace.ReducerSetup, MistakePlace.ReducerClose])
            if (mistakes.Has(place)) expectation.Failures.Add(new(EngineError.UserCode, PlannedException.TextOf(place)));
    }

    private static Func<object?, byte[]> ShowOf(ChannelPlan channel, Kind value) => channel.Step switch
    {
        Step.MapOnly or Step.Sort => value.Show,
        Step.Aggregate => result => Folds.Show(channel.Aggregator!, value, result),
        _ => AllKinds.Text.Show,
    };
}
