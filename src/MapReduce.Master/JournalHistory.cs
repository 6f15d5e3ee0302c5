using Akka.Actor;
using Akka.Persistence.Query;
using Akka.Persistence.Sql.Query;
using Akka.Streams;
using Akka.Streams.Dsl;
using LinqToDB;
using LinqToDB.Data;
using MapReduce.Protocol;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

/// <summary>Reads events from the SQL journal, and removes them.</summary>
/// <param name="system">The actor system with the journal.</param>
/// <param name="database">The database of the journal.</param>
public sealed class JournalHistory(ActorSystem system, DataOptions database) : IJobHistory
{
    // SQLite has one writer at a time, and a job of 100,000 tasks has 200,000 rows: who writes events meanwhile must not wait for all of them.
    private const int RowsOfRemoval = 1000;
    private static readonly TimeSpan BetweenRemovals = TimeSpan.FromMilliseconds(10);

    private readonly Lazy<(SqlReadJournal Journal, ActorMaterializer Materializer)> source =
        new(() => (PersistenceQuery.Get(system).ReadJournalFor<SqlReadJournal>(SqlReadJournal.Identifier), system.Materializer()));

    private readonly SemaphoreSlim removals = new(1);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EventRecord>> ReadAsync(JobId job, long from, int most)
    {
        var (journal, materializer) = source.Value;
        var envelopes = await journal.CurrentEventsByPersistenceId(Job.PersistenceIdOf(job.ToString()), from + 1, from + most).RunWith(Sink.Seq<EventEnvelope>(), materializer);
        return [.. envelopes.Select(envelope => (EventRecord)envelope.Event)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(long Revision, MasterRecord Record)>> ReadMasterAsync(long from, int most)
    {
        var (journal, materializer) = source.Value;
        var envelopes = await journal.CurrentEventsByPersistenceId(JobMaster.JournalId, from, long.MaxValue).Take(most).RunWith(Sink.Seq<EventEnvelope>(), materializer);
        return [.. envelopes.Select(envelope => (envelope.SequenceNr, (MasterRecord)envelope.Event))];
    }

    /// <inheritdoc/>
    /// <remarks>Akka.NET would leave the last row of each journal for ever, so that its numbers go on from there. No job comes back, and those rows would only become more and more.</remarks>
    public async Task RemoveAsync(JobId job)
    {
        await removals.WaitAsync();
        try
        {
            await using var connection = new DataConnection(database);
            var name = new DataParameter("journal", Job.PersistenceIdOf(job.ToString()));
            await connection.ExecuteAsync("DELETE FROM snapshot WHERE persistence_id = @journal", name);
            // From the end on: what is left of a journal when this is interrupted can still be read.
            while (await connection.ExecuteAsync($"DELETE FROM journal WHERE ordering IN (SELECT ordering FROM journal WHERE persistence_id = @journal ORDER BY sequence_number DESC LIMIT {RowsOfRemoval})", name) == RowsOfRemoval)
                await Task.Delay(BetweenRemovals);
        }
        finally
        {
            removals.Release();
        }
    }
}
