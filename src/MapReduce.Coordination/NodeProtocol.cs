using MapReduce.Protocol;
using MapReduce.Protocol.Work;

namespace MapReduce.Coordination;

/// <summary>A node's part of the conversation about its disks: it tells the master which jobs it has files of, forgets those that are over, and offers outputs of an earlier life until the master has heard of them.</summary>
/// <param name="epochs">The highest epoch that the node has seen.</param>
/// <param name="surroundings">The node's disks, and its slots.</param>
public sealed class NodeProtocol(EpochGate epochs, INodeSurroundings surroundings)
{
    private const int AttemptsOfMessage = 1000;
    private const int LogsOfMessage = 500;
    private const int InventoriesOfLogs = 60;

    // What the master has not heard of yet, of each job that has been offered to it.
    private readonly Dictionary<string, HashSet<AttemptId>> offers = [];
    private readonly HashSet<string> inherited = [.. surroundings.Jobs()];
    private readonly Queue<string> logged = [];
    private long offeredTo;
    private long announced;
    private int inventories;

    /// <summary>Tells the master what there is on the disks, where there is something that may have to go.</summary>
    /// <remarks>A job that is forgotten is told to the nodes at once; one that was away then finds out by asking, now and then, about all whose logs it has.</remarks>
    public void TakeInventory()
    {
        var jobs = surroundings.Jobs();
        if (inventories++ % InventoriesOfLogs == 0 && logged.Count == 0)
            foreach (var job in surroundings.Logged()) logged.Enqueue(job);
        if (jobs.Count == 0 && logged.Count == 0 && !surroundings.HasSurplus) return;
        var inventory = new Inventory { Node = surroundings.Self, Jobs = { jobs } };
        while (inventory.Logs.Count < LogsOfMessage && logged.TryDequeue(out var job)) inventory.Logs.Add(job);
        surroundings.Send(inventory);
    }

    /// <summary>There is a new master, which may not know what the node has offered to the one before.</summary>
    public void OnEpoch(EpochAnnounced epoch)
    {
        if (!epochs.Admit(epoch.Epoch)) return;
        if (announced < epoch.Epoch) inventories = 0;
        announced = epoch.Epoch;
        OfferTo(epoch.Epoch);
        TakeInventory();
        surroundings.TellSlots(epoch);
    }

    /// <summary>The master has answered.</summary>
    public void OnReply(InventoryReply reply)
    {
        if (!epochs.Admit(reply.Epoch)) return;
        // It may be the first that the node hears of this master.
        OfferTo(reply.Epoch);
        foreach (var job in reply.Ended)
        {
            surroundings.Forget(job);
            inherited.Remove(job);
            offers.Remove(job);
        }
        foreach (var job in reply.Forgotten) surroundings.ForgetLogs(job);
        if (reply.HasNeededSince) surroundings.TrimBlobs(new DateTime(Math.Clamp(reply.NeededSince, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc));
        if (reply.Found is { } found && offers.TryGetValue(found.Job, out var open)) open.ExceptWith(found.Attempts.Select(Wire.Read));
        if (reply.Member) Offer();
    }

    /// <summary>A master knows nothing of what was offered to the one before.</summary>
    private void OfferTo(long epoch)
    {
        if (offeredTo < epoch) offers.Clear();
        offeredTo = epoch;
    }

    private void Offer()
    {
        foreach (var job in inherited)
        {
            if (!offers.TryGetValue(job, out var open)) offers[job] = open = [.. surroundings.Held(job)];
            foreach (var attempts in open.Chunk(AttemptsOfMessage))
                surroundings.Send(new OutputsFound { Node = surroundings.Self, Job = job, Attempts = { attempts.Select(Wire.Write) } });
        }
    }
}

/// <summary>What a node can do.</summary>
public interface INodeSurroundings
{
    /// <summary>The node as reducers see it.</summary>
    Holder Self { get; }

    /// <summary>The jobs of which the node has files.</summary>
    IReadOnlyList<string> Jobs();

    /// <summary>The map attempts of a job whose whole outputs the node has.</summary>
    IReadOnlyList<AttemptId> Held(string job);

    /// <summary>Removes all files of a job.</summary>
    void Forget(string job);

    /// <summary>The jobs of which the node has logs.</summary>
    IReadOnlyList<string> Logged();

    /// <summary>Removes the logs of a job.</summary>
    void ForgetLogs(string job);

    /// <summary>Whether the node has more packages and plans than it should keep, or older ones, if no job needs them.</summary>
    bool HasSurplus { get; }

    /// <summary>Removes packages and plans that are too many or too old.</summary>
    /// <param name="neededSince">Those used since then may be needed by a job, and shortly before then as well.</param>
    void TrimBlobs(DateTime neededSince);

    /// <summary>Sends to the job master, wherever it is; the message may be lost.</summary>
    void Send(Google.Protobuf.IMessage message);

    /// <summary>Tells the slots of the node.</summary>
    void TellSlots(EpochAnnounced epoch);
}
