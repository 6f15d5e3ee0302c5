using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>A reduce function with the types of its channel. What it makes of a group are texts under the group's key.</summary>
internal sealed class Reducing<TGroup, TItem>(ChannelPlan channel, Kind<TGroup> group, Closer<TItem> close, Func<object?, byte[]> show, JobDefiner definer)
    where TGroup : allows ref struct
    where TItem : allows ref struct
{
    private readonly Counter groups = definer.Job.Counter(FeedCounters.GroupsOf(channel.Id));

    /// <summary>The text of the row that a reducer that is an object writes at its end.</summary>
    public const string Closed = "closed";

    public AuthorMistakes Mistakes { get; } = definer.MistakesOf(channel);

    public Kind<TGroup> Group => group;

    public void Reduce(TGroup of, Values<TItem> values, IEmitter<TGroup, string> output)
    {
        groups.Increment();
        var key = group.Close(of);
        foreach (var text in Reductions.Of(channel.Reduce, ValuesOf.Closed(values, close), show)) output.Emit(group.Open(key), text);
        Mistakes.Make(MistakePlace.Reducer, group.Show(key));
    }
}

/// <summary>A reduce function as an object.</summary>
internal sealed class PlannedReducer<TGroup, TItem>(Reducing<TGroup, TItem> reducing) : IReducer<TGroup, TItem, TGroup, string>, IDisposable
    where TGroup : allows ref struct
    where TItem : allows ref struct
{
    private bool isSetUp;

    public void Setup(TaskContext context)
    {
        reducing.Mistakes.Make(MistakePlace.ReducerSetup);
        isSetUp = true;
    }

    public void Reduce(TGroup key, Values<TItem> values, IEmitter<TGroup, string> output)
    {
        ObjectDisposedException.ThrowIf(!isSetUp, this);
        reducing.Reduce(key, values, output);
    }

    public void Close(IEmitter<TGroup, string> output)
    {
        reducing.Mistakes.Make(MistakePlace.ReducerClose);
        output.Emit(reducing.Group.Open(reducing.Group.Make("z"u8)), Reducing<TGroup, TItem>.Closed);
    }

    public void Dispose() => isSetUp = false;
}
