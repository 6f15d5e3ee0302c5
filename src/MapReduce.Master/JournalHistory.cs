using Akka.Actor;
using Akka.Persistence.Query;
using Akka.Persistence.Sql.Query;
using Akka.Streams;
using Akka.Streams.Dsl;
using MapReduce.Protocol;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

/// <summary>Reads events from the SQL journal.</summary>
/// <param name="system">The actor system with the journal.</param>
public sealed class JournalHistory(ActorSystem system) : IJobHistory
{
    private readonly Lazy<(SqlReadJournal Journal, ActorMaterializer Materializer)> source =
        new(() => (PersistenceQuery.Get(system).ReadJournalFor<SqlReadJournal>(SqlReadJournal.Identifier), system.Materializer()));

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
}
