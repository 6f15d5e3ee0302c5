using Akka.Actor;
using MapReduce.Coordination;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

public sealed partial class JobMaster
{
    private readonly ChangeFeed<IActorRef> changes;

    void IChangeSurroundings<IActorRef>.Tell(IActorRef asker, ChangesAnswer answer) => asker.Tell(answer);

    void IChangeSurroundings<IActorRef>.Read(IActorRef asker, long from, int most)
        => history.ReadMasterAsync(from, most).PipeTo(Self, Self, records => new ChangesRead(asker, from, records, null), exception => new ChangesRead(asker, from, [], exception));

    private void OnRead(ChangesRead read)
    {
        if (read.Error is null) changes.OnRead(read.Asker, read.From, read.Records, Now);
        else read.Asker.Tell(new Refused { Code = "journal", Message = $"The journal cannot be read: {read.Error.Message}" });
    }

    private sealed record ChangesRead(IActorRef Asker, long From, IReadOnlyList<(long Revision, MasterRecord Record)> Records, Exception? Error);
}
