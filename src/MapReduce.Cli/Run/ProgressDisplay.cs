using System.Globalization;
using MapReduce.Local;

namespace MapReduce.Cli.Run;

/// <summary>Shows progress on standard error: a line that is rewritten on a terminal, a line a phase elsewhere.</summary>
internal sealed class ProgressDisplay : IDisposable
{
    private static readonly TimeSpan OnTerminal = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(1);

    private readonly object gate = new();
    private readonly LocalProgress progress;
    private readonly bool terminal = !Console.IsErrorRedirected;
    private readonly Timer timer;
    private string shown = "";

    public ProgressDisplay(LocalProgress progress)
    {
        this.progress = progress;
        var period = terminal ? OnTerminal : Elsewhere;
        timer = new Timer(_ => Show(), null, period, period);
    }

    public void Dispose()
    {
        using (var stopped = new ManualResetEvent(false))
            if (timer.Dispose(stopped)) stopped.WaitOne();
        if (terminal && shown.Length > 0) Console.Error.Write($"\r{new string(' ', shown.Length)}\r");
    }

    private void Show()
    {
        lock (gate)
        {
            var line = Line();
            if (line == shown) return;
            if (terminal) Console.Error.Write($"\r{line.PadRight(shown.Length)}");
            else Console.Error.WriteLine(line);
            shown = line;
        }
    }

    private string Line()
    {
        var read = progress.BytesRead;
        var speed = read / progress.Elapsed.TotalSeconds;
        var left = speed > 0 && progress.BytesTotal > read ? $" · {Sizes.Show(TimeSpan.FromSeconds((progress.BytesTotal - read) / speed))} left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{progress.Phase} · {progress.Done} of {progress.Total} tasks · {Sizes.Show(read)} · {speed / 1e6:0} MB/s{left}");
    }
}
