using System.Text;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Calls the Sdk's API as a plan says.</summary>
internal sealed class JobDefiner(JobBuilder job, JobPlan plan, Action<string> used)
{
    private readonly Dictionary<int, SourceHandle> sources = [];
    private readonly Dictionary<int, DatasetHandle> datasets = [];
    private Lazy<byte[]> salt = new(() => []);

    public JobBuilder Job => job;

    public void Define()
    {
        foreach (var channel in plan.Channels) MistakesOf(channel).Make(MistakePlace.Define);
        Use("CodecRegistry.Register", "CodecRegistry.Key");
        job.Codecs.Register(new FussyCodec(job.Codecs.Key<string>(), plan.Mistakes.Any(mistake => mistake.Place == MistakePlace.KeyCodec) ? MistakePlace.KeyCodec : MistakePlace.ValueCodec));
        if (plan.HasSideEffects)
        {
            Use("JobBuilder.HasSideEffects");
            job.HasSideEffects();
        }
        OpenSideFile();
        foreach (var source in plan.Sources) sources.Add(source.Id, SourceOpener.Open(this, plan, source));
        foreach (var channel in plan.Channels) Define(channel);
        // One function for all channels that it feeds, so they have to be there.
        foreach (var source in sources.Values) source.AttachFanOut();
    }

    /// <summary>Takes note of what is called.</summary>
    public void Use(params ReadOnlySpan<string> members)
    {
        foreach (var member in members) used(member);
    }

    public AuthorMistakes MistakesOf(ChannelPlan channel) => new(plan, channel.Id);

    public bool IsRead(ChannelPlan channel) => plan.Channels.Any(other => other.Feeds.Any(feed => feed.Dataset == channel.Id));

    /// <summary>The function of a feed, with the counters of its channel.</summary>
    public Feeding<TKey, TValue> Feeding<TKey, TValue>(ChannelPlan channel, FeedPlan feed, Kind<TKey> key, Kind<TValue> value)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        Use("JobBuilder.Counter", "Counter.Increment", "Counter.Add");
        var mistakes = MistakesOf(channel);
        var side = salt;
        var emissions = new Lazy<Emissions>(() => new Emissions(feed, key, value, mistakes, side.Value));
        return new Feeding<TKey, TValue>(feed, emissions, key, value, mistakes, new FeedCounters(job, channel.Id));
    }

    /// <summary>The pairs of a channel, with all that feeds them.</summary>
    public Pairs<TKey, TValue> Feed<TKey, TValue>(ChannelPlan channel, Kind<TKey> key, Kind<TValue> value)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        Pairs<TKey, TValue>? pairs = null;
        foreach (var feed in channel.Feeds)
        {
            var feeding = Feeding(channel, feed, key, value);
            pairs = feed.Dataset >= 0 ? datasets[feed.Dataset].Map(pairs, feeding) : sources[feed.Source].Map(pairs, feeding);
        }
        return pairs!;
    }

    public SourceHandle Source(int id) => sources[id];

    /// <summary>Takes the dataset of a channel, for later channels.</summary>
    public void Keep(ChannelPlan channel, DatasetHandle dataset) => datasets.Add(channel.Id, dataset);

    private void Define(ChannelPlan channel)
    {
        var key = AllKinds.Of(channel.Key);
        switch (channel.Step)
        {
            case Step.Aggregate: key.Accept(new AggregateDefiner(this, channel)); break;
            case Step.Join: key.Accept((IPlainKindVisitor)new JoinDefiner(this, channel)); break;
            case Step.GroupByFirst: ((IPairKind)key).Accept(new GroupDefiner(this, channel)); break;
            default: key.Accept(new PairsDefiner(this, channel)); break;
        }
    }

    private void OpenSideFile()
    {
        if (plan.SideFile is not { } path) return;
        Use("JobBuilder.SideFile", "SideFile.ReadAllLines", "SideFile.OpenRead");
        var file = job.SideFile(path);
        salt = new(() => Read(file));
    }

    private static byte[] Read(SideFile file)
    {
        using var stream = file.OpenRead();
        if (stream.Length != new FileInfo(file.FullPath).Length) throw new InvalidOperationException($"'{file.Name}' is not one file.");
        return Encoding.UTF8.GetBytes(file.ReadAllLines()[0]);
    }
}
