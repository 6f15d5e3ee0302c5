using System.Runtime.InteropServices;

namespace MapReduce.Cli;

/// <summary>Turns the first Ctrl+C, or SIGTERM, into a cancellation; a second ends the process as usual.</summary>
internal sealed class CancelKey : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations = [];

    public CancelKey()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
            registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                if (source.IsCancellationRequested) return;
                context.Cancel = true;
                source.Cancel();
            }));
    }

    public CancellationToken Token => source.Token;

    public void Dispose() => registrations.ForEach(registration => registration.Dispose());
}
