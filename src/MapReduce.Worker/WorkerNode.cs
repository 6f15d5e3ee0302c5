using System.Collections.Concurrent;
using System.Diagnostics;
using MapReduce.Coordination;
using MapReduce.Protocol.Work;
using MapReduce.Worker.Blobs;
using MapReduce.Worker.Executors;
using MapReduce.Worker.Segments;
using MapReduce.Worker.Telemetry;

namespace MapReduce.Worker;

/// <summary>What the slots of a node share: its disks, its executors in waiting, its way to the other nodes, and what it knows of the reign.</summary>
public sealed class WorkerNode : IAsyncDisposable
{
    private readonly ConcurrentDictionary<IAttemptRunner, Activity> activities = [];
    private long ended;
    private volatile bool draining;

    /// <param name="settings">How the node works.</param>
    /// <param name="links">How it reaches the others.</param>
    /// <param name="incarnation">What distinguishes this life of the node.</param>
    public WorkerNode(WorkerSettings settings, NodeLinks links, long incarnation)
    {
        Settings = settings;
        Links = links;
        Incarnation = incarnation;
        Folders = new NodeFolders(settings.Folder);
        Blobs = new BlobStore(Folders.Blobs);
        BlobLinks = new BlobLinks(Blobs, links, settings.PackageBytes);
        Packages = new PackageStore(Folders.Packages, settings.PackageContentBytes, settings.Signers);
        BlobRetention = new BlobRetention(Blobs, Packages, settings.BlobBytes, settings.BlobAge);
        Segments = new SegmentStore(Folders, BlobLinks);
        Logs = new LogStore(Folders);
        Executors = new ExecutorPool(settings);
        Metrics = new WorkerMetrics(this);
    }

    /// <summary>How the node works.</summary>
    public WorkerSettings Settings { get; }

    /// <summary>How it reaches the others.</summary>
    public NodeLinks Links { get; }

    /// <summary>What distinguishes this life of the node.</summary>
    public long Incarnation { get; }

    /// <summary>Where it keeps what.</summary>
    public NodeFolders Folders { get; }

    /// <summary>Where the node counts what it does.</summary>
    public WorkerMetrics Metrics { get; }

    /// <summary>Packages and plans.</summary>
    public BlobStore Blobs { get; }

    /// <summary>Packages and plans of other nodes.</summary>
    public BlobLinks BlobLinks { get; }

    /// <summary>Unpacked packages.</summary>
    public PackageStore Packages { get; }

    /// <summary>Which packages and plans stay.</summary>
    public BlobRetention BlobRetention { get; }

    /// <summary>Logs of attempts.</summary>
    public LogStore Logs { get; }

    /// <summary>Map outputs.</summary>
    public SegmentStore Segments { get; }

    /// <summary>The highest epoch seen.</summary>
    public EpochGate Epochs { get; } = new();

    /// <summary>Attempts that run now.</summary>
    public int Running => activities.Count;

    /// <summary>What runs now.</summary>
    public IReadOnlyCollection<Activity> Activities => [.. activities.Values];

    /// <summary>The executors that wait, with no job's code loaded.</summary>
    public int SpareExecutors => Executors.Spares;

    /// <summary>How long no attempt has run.</summary>
    public TimeSpan Idle => Running > 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(Interlocked.Read(ref ended));

    /// <summary>Whether the slots take no more work.</summary>
    public bool Draining
    {
        get => draining;
        set => draining = value;
    }

    /// <summary>The node as reducers see it.</summary>
    public Holder Self => new() { Node = Settings.Node, Incarnation = Incarnation, Address = Settings.Address, Machine = Settings.ShortCircuit ? Machine.Identity : "", Folder = Settings.ShortCircuit ? Settings.Folder : "" };

    internal ExecutorPool Executors { get; }

    /// <summary>Removes what was made for executors by processes of this node that were killed.</summary>
    public void RemoveLeftovers() => new ExecutorFolders(Folders).RemoveLeftovers();

    /// <summary>Starts the executors that wait.</summary>
    public void Warm() => Executors.Warm();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Executors.DisposeAsync();
        Metrics.Dispose();
    }

    internal void Begin(IAttemptRunner runner, Activity activity) => activities[runner] = activity;

    internal void End(IAttemptRunner runner)
    {
        Interlocked.Exchange(ref ended, Stopwatch.GetTimestamp());
        activities.TryRemove(runner, out _);
    }
}
