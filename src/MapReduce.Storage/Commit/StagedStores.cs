using System.Text.Json;

namespace MapReduce.Storage;

/// <summary>What a job without a journal notes in its staging folder about stores, so that whoever finds the folder after a crash can end what it began.</summary>
/// <param name="Job">The job.</param>
/// <param name="Targets">The participants and connections that it writes to.</param>
/// <param name="Tickets">The decision to commit; null while there is none, and then all is to be given up.</param>
/// <param name="Overwrite">Whether an output that is there is exchanged for the new one.</param>
public sealed record StagedStores(string Job, IReadOnlyList<StoreTarget> Targets, IReadOnlyList<CommitTicket>? Tickets, bool Overwrite)
{
    private const string FileName = "_stores.json";

    /// <summary>Carries the decision out at the stores, or gives up what they hold.</summary>
    /// <exception cref="StorageException">Not now.</exception>
    public void Settle(IReadOnlyList<ICommitParticipant> stores)
    {
        var commitment = new JobCommitment(Job, stores, Targets);
        if (Tickets is null) commitment.Abort();
        else commitment.CommitStores(Tickets);
    }

    internal static StagedStores? Read(string staging)
    {
        var path = Path.Combine(staging, FileName);
        return File.Exists(path) ? JsonSerializer.Deserialize<StagedStores>(File.ReadAllBytes(path)) : null;
    }

    /// <summary>Writes the note, whole or not at all: its appearance is the decision.</summary>
    internal void Write(string staging)
    {
        var path = Path.Combine(staging, FileName);
        using (var file = File.OpenHandle(path + ".new", FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(file, JsonSerializer.SerializeToUtf8Bytes(this), 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(path + ".new", path, overwrite: true);
        Durable.SyncFolder(staging);
    }
}

/// <summary>A store that a job writes to.</summary>
/// <param name="Participant">Who commits there.</param>
/// <param name="Connection">The name of the connection.</param>
public sealed record StoreTarget(string Participant, string Connection);
