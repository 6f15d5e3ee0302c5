using MapReduce.Engine;
using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Inputs;
using MapReduce.FuzzJobs;
using MapReduce.FuzzJobs.Definition;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Sequential;

/// <summary>Maps the records of one source after another. A record is a transaction: a bad one leaves nothing behind, in no channel and no counter, but in what mappers keep.</summary>
internal sealed class Mapping(Case of, Semantics semantics, Expectation expectation, long limit, byte[] salt)
{
    /// <summary>What a failure says of a partition that there is not.</summary>
    public const string OutOfRange = "the partition function gave";

    private readonly Dictionary<int, Transaction> transactions = of.Channels.ToDictionary(channel => channel.Id, channel => new Transaction(of, channel, limit > 0));

    public Transaction TransactionOf(ChannelPlan channel) => transactions[channel.Id];

    /// <summary>Maps a source into the channels that it feeds: function after function as they were attached, the one that feeds several channels last.</summary>
    public List<Pair> Map(SourceCase source, InputFiles inputs)
    {
        var feeds = of.Channels.SelectMany(channel => channel.Feeds.Where(feed => feed.Source == source.Plan.Id).Select(feed => FeedOf(channel, feed)))
            .OrderBy(feed => feed.Plan.Style == FeedStyle.FanOut).ToList();
        var readsWords = feeds.Exists(feed => feed.Plan.Emit.Tokens == Tokens.Words);
        var pairs = new List<Pair>();
        var held = new List<Pair>();
        if (RecordReading.HasTasks(source.Plan, inputs)) CheckMappers(feeds);
        foreach (var record in semantics.Reading.Of(source.Plan, inputs))
        {
            var view = record.Raw is null ? null : new RecordView(record.Raw, Path.GetFileName(record.Path), record.Offset, readsWords ? WordsOf.Text(record.Raw) : []);
            Map(feeds, view, pairs, held, (text, isPlaced) => Skip(record, text, isPlaced));
        }
        CloseMappers(held);
        return [.. pairs, .. held];
    }

    /// <summary>Maps the dataset of a channel into another.</summary>
    public List<Pair> Map(Dataset dataset, ChannelPlan into, FeedPlan feed)
    {
        List<Feed> feeds = [FeedOf(into, feed)];
        var pairs = new List<Pair>();
        foreach (var (key, value) in semantics.Read(dataset.Rows))
            Map(feeds, new RecordView([.. dataset.ShowKey(key), (byte)' ', .. dataset.ShowValue(value)], "", -1, []), pairs, [], (text, _) => Skip(new InputRecord(null, "", -1, null), text, isPlaced: false));
        return pairs;
    }

    private void Map(List<Feed> feeds, RecordView? view, List<Pair> pairs, List<Pair> held, Action<string, bool> skip)
    {
        var emitted = new List<Pair>();
        var heldOfRecord = new List<Pair>();
        var counts = new List<(string Counter, long Amount)>();
        var refusal = view is null ? ("", true) : Emit(feeds, view, emitted, heldOfRecord, counts);
        if (refusal is var (text, isPlaced))
        {
            skip(text, isPlaced);
            pairs.AddRange(semantics.Bad(emitted));
        }
        else pairs.AddRange(semantics.Good(emitted));
        // What a mapper keeps is its own: nobody takes a record from it that is bad for another function afterwards.
        held.AddRange(heldOfRecord);
        if (refusal is not null && !semantics.CountsBad) return;
        foreach (var (counter, amount) in counts) expectation.Counters[counter] += amount;
    }

    /// <summary>Runs the map functions over a record.</summary>
    /// <returns>Why it is bad, and whether a failure of the job names the record with its place; null where it is good.</returns>
    private (string Text, bool IsPlaced)? Emit(List<Feed> feeds, RecordView view, List<Pair> emitted, List<Pair> held, List<(string, long)> counts)
    {
        foreach (var feed in feeds)
        {
            var transaction = transactions[feed.Channel.Id];
            counts.Add((FeedCounters.RecordsOf(feed.Channel.Id), 1));
            var kept = new List<Pair>();
            try
            {
                foreach (var (key, value) in feed.Emissions.Of(view))
                {
                    var pair = new Pair(feed.Channel.Id, key, value, feed.Plan.IsRight);
                    if (feed.Plan.Style == FeedStyle.HoldingMapper)
                    {
                        kept.Add(pair);
                        continue;
                    }
                    counts.Add((FeedCounters.PairsOf(feed.Channel.Id), -1));
                    var refusals = transaction.Refusals((key, value), feed.Plan.IsRight).ToList();
                    if (refusals.Count > 0)
                    {
                        if (transaction.LeavesRange(key)) expectation.Possible.Add(new(EngineError.UserCode, OutOfRange));
                        if (limit > 0) return (refusals[0], false);
                        // Then it may be found later only, and the record fail for another reason before.
                        expectation.Failures.AddRange(refusals.Select(text => new ExpectedFailure(EngineError.UserCode, text)));
                        continue;
                    }
                    if (transaction.LeavesRange(key)) expectation.Failures.Add(new(EngineError.UserCode, OutOfRange));
                    emitted.Add(pair);
                }
            }
            catch (Exception exception) when (exception is PlannedException or TaskCanceledException)
            {
                return (exception.Message, true);
            }
            // It keeps all of a record, or nothing where it throws.
            held.AddRange(kept);
        }
        return null;
    }

    private void Skip(InputRecord record, string text, bool isPlaced)
    {
        if (limit == 0)
        {
            expectation.Failures.Add(new(EngineError.UserCode, isPlaced && record.Exact is not null ? [text, $"The record is '{record.Path}' at offset {record.Offset}"] : [text]));
            return;
        }
        expectation.Skipped.Add(record.Exact is null ? new(record.Path, -1, null) : new(record.Path, semantics.PlaceOf(record), Convert.ToBase64String(record.Exact)));
    }

    private void CheckMappers(List<Feed> feeds)
    {
        foreach (var feed in feeds.Where(feed => feed.Plan.Style is FeedStyle.Mapper or FeedStyle.HoldingMapper))
            foreach (var place in (MistakePlace[])[MistakePlace.MapperSetup, MistakePlace.MapperClose])
                if (transactions[feed.Channel.Id].Mistakes.Has(place)) expectation.Failures.Add(new(EngineError.UserCode, PlannedException.TextOf(place)));
    }

    /// <summary>What mappers emit at their ends is no record's: where it is refused, the job fails.</summary>
    private void CloseMappers(List<Pair> held)
    {
        foreach (var pair in held)
        {
            expectation.Counters[FeedCounters.PairsOf(pair.Channel)]--;
            var transaction = transactions[pair.Channel];
            var refusals = transaction.Refusals((pair.Key, pair.Value), pair.IsRight).ToList();
            if (refusals.Count > 0) expectation.Failures.AddRange(refusals.Select(text => new ExpectedFailure(EngineError.UserCode, text)));
            else if (transaction.LeavesRange(pair.Key)) expectation.Failures.Add(new(EngineError.UserCode, OutOfRange));
        }
    }

    private Feed FeedOf(ChannelPlan channel, FeedPlan feed)
        => new(channel, feed, new Emissions(feed, AllKinds.Of(channel.Key), AllKinds.Of(feed.IsRight ? channel.Right : channel.Value), transactions[channel.Id].Mistakes, salt));

    private sealed record Feed(ChannelPlan Channel, FeedPlan Plan, Emissions Emissions);
}

/// <summary>What a channel ends in, for later ones.</summary>
/// <param name="Rows">Its pairs, part after part.</param>
/// <param name="ShowKey">Shows a key as the job does.</param>
/// <param name="ShowValue">Shows a value.</param>
internal sealed record Dataset(IReadOnlyList<(object? Key, object? Value)> Rows, Func<object?, byte[]> ShowKey, Func<object?, byte[]> ShowValue);
