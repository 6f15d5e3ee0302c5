using Akka.Event;
using Akka.Persistence;
using MapReduce.Coordination;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

internal sealed partial class Job
{
    private const int EventsReadQuickly = 1000;

    // Beside an event its row has the name of the journal, which its index has again, the name of the writer, times and numbers.
    private const int BytesOfRow = 200;

    private long snapshotAt;
    private long journalBytes;
    private int snapshotsInFlight;
    private bool isForgotten;

    private void CountBytes(EventRecord record) => journalBytes += BytesOfRow + record.CalculateSize();

    /// <summary>Makes a snapshot when so much has happened that reading it would take longer than writing the snapshot did.</summary>
    private void SnapshotIfDue()
    {
        // The state runs ahead of the journal while a group gathers, and a snapshot must not.
        if (!protocol.IsWritten || state.Revision - snapshotAt < Math.Max(settings.SnapshotEvents, Tasks())) return;
        Snapshot();
    }

    private void Snapshot()
    {
        snapshotAt = state.Revision;
        snapshotsInFlight++;
        var snapshot = JobStateCodec.Write(state);
        snapshot.JournalBytes = journalBytes;
        SaveSnapshot(snapshot);
    }

    private void OnSnapshotSaved(SnapshotMetadata saved)
    {
        snapshotsInFlight--;
        DeleteSnapshots(new SnapshotSelectionCriteria(saved.SequenceNr - 1));
        EndIfForgotten();
    }

    private void OnSnapshotFailed(Exception cause)
    {
        snapshotsInFlight--;
        log.Warning(cause, "The snapshot of job {Job} cannot be written; recovery will take longer.", spec.Id);
        EndIfForgotten();
    }

    private void OnForget()
    {
        isForgotten = true;
        EndIfForgotten();
    }

    /// <summary>Nothing may come into the journal of a job after it has been removed.</summary>
    private void EndIfForgotten()
    {
        if (isForgotten && snapshotsInFlight == 0) Context.Stop(Self);
    }
}
