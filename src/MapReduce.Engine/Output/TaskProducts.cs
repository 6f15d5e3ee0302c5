using MapReduce.Storage;

namespace MapReduce.Engine.Output;

/// <summary>What a task attempt has made so far.</summary>
internal sealed class TaskProducts : IDisposable
{
    private readonly List<IPreparable> shares = [];

    public List<PartFile> Parts { get; } = [];

    public List<DatasetFile> Datasets { get; } = [];

    /// <summary>What is prepared in stores.</summary>
    public List<CommitTicket> Tickets { get; } = [];

    public long Rows { get; set; }

    /// <summary>How many shares in stores there are.</summary>
    public int Shares => shares.Count;

    /// <summary>Takes a share in a store, to prepare it last of all.</summary>
    public void Add(IPreparable share) => shares.Add(share);

    /// <summary>Prepares what stores hold: when nothing else of the attempt can fail any more.</summary>
    public void Prepare()
    {
        foreach (var share in shares) Tickets.Add(share.Prepare());
    }

    /// <summary>Gives up what is not prepared.</summary>
    public void Dispose()
    {
        foreach (var share in shares) share.Dispose();
    }
}
