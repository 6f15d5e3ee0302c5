using Akka.Actor;
using Akka.Event;
using MapReduce.Coordination;

namespace MapReduce.Master;

internal sealed partial class Job
{
    private DateTimeOffset recoveredAt;
    private bool recovering;

    /// <summary>Lets stores give up what attempts have prepared that cannot count any more, such as those of a node that died before it could report.</summary>
    /// <remarks>Their rows may be locked by what is prepared, so that the attempt that takes their place waits for this.</remarks>
    private void RecoverStores()
    {
        if (recovering || state.Phase is not JobPhase.Running || state.Definition is not { Stores.Count: > 0 } || Now - recoveredAt < settings.RecoverInterval) return;
        // Only what the journal has is decided: the state may run ahead of it.
        if (!protocol.IsWritten) return;
        (recovering, recoveredAt) = (true, Now);
        var commitment = Publisher.Commitment(state, spec, settings);
        var isOut = state.AttemptsOut().Select(attempt => attempt.ToString()).ToHashSet(StringComparer.Ordinal);
        Task.Run(() => commitment.Recover(isOut.Contains)).PipeTo(Self, success: () => new Recovered(null), failure: exception => new Recovered(exception));
    }

    private void OnRecovered(Exception? error)
    {
        recovering = false;
        if (error is not null) log.Warning("What attempts of job {Job} have left in stores cannot be looked for now; it is tried again. {Reason}", spec.Id, error.Message);
    }

    private sealed record Recovered(Exception? Error);
}
