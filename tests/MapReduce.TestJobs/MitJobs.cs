using System.Diagnostics;
using CommandLine;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>The arguments of the jobs of the MIT lab.</summary>
public sealed class MarkOptions
{
    [Option("marks", HelpText = "The folder for files by which tasks see each other.")]
    public string Marks { get; set; } = "";
}

/// <summary>Files that say who is at work.</summary>
public static class Marks
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Stays until so many living processes have met at the same phase, and tells how many are there. Where they have met before, or do not for minutes, it tells how many there are now.</summary>
    public static int CountParallel(string folder, string phase, int wanted)
    {
        var met = Path.Combine(folder, $"met-{phase}");
        var late = File.Exists(met);
        var mine = Path.Combine(folder, $"mr-worker-{phase}-{Environment.ProcessId}");
        File.WriteAllText(mine, "");
        var began = Stopwatch.GetTimestamp();
        int count;
        while (true)
        {
            count = Directory.GetFiles(folder, $"mr-worker-{phase}-*").Count(file => IsAlive(int.Parse(file[(file.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture)));
            if (count >= wanted) File.WriteAllText(met, "");
            if (File.Exists(met) || Stopwatch.GetElapsedTime(began) > Patience) break;
            Thread.Sleep(10);
        }
        File.Delete(mine);
        return late || !File.Exists(met) ? count : Math.Max(count, wanted);
    }

    private static bool IsAlive(int process) => Directory.Exists($"/proc/{process}");
}

/// <summary>Says which processes map, and whether they do so at a time.</summary>
public sealed class MapTiming : IJob
{
    public void Define(JobBuilder job)
    {
        var marks = job.Options<MarkOptions>().Marks;
        job.ReadFiles(job.Inputs).Map((WholeFile _, IEmitter<string, string> output) =>
        {
            output.Emit($"times-{Environment.ProcessId}", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
            output.Emit($"parallel-{Environment.ProcessId}", Marks.CountParallel(marks, "map", wanted: 3).ToString(System.Globalization.CultureInfo.InvariantCulture));
        }).Partitions(10).Reduce<string, string>(Sorted.Joined).WriteText(job.Output);
    }
}

/// <summary>Says how many processes reduce at a time.</summary>
public sealed class ReduceTiming : IJob
{
    public void Define(JobBuilder job)
    {
        var marks = job.Options<MarkOptions>().Marks;
        job.ReadFiles(job.Inputs).Map((WholeFile _, IEmitter<string, string> output) =>
        {
            for (var key = 'a'; key <= 'j'; key++) output.Emit(key.ToString(), "1");
        }).Partitions(10).Reduce((string key, Values<string> values, IEmitter<string, long> output) => output.Emit(key, Marks.CountParallel(marks, "reduce", wanted: 2))).WriteText(job.Output);
    }
}

/// <summary>Counts how often a file is mapped.</summary>
public sealed class JobCount : IJob
{
    public void Define(JobBuilder job)
    {
        var marks = job.Options<MarkOptions>().Marks;
        job.ReadFiles(job.Inputs).Map((WholeFile _, IEmitter<string, string> output) =>
        {
            File.WriteAllText(Path.Combine(marks, $"count-{Guid.NewGuid():n}"), "");
            Thread.Sleep(Random.Shared.Next(2000, 5000));
            output.Emit("a", "x");
        }).Partitions(10).Reduce((string key, Values<string> values, IEmitter<string, long> output) => output.Emit(key, Directory.GetFiles(marks, "count-*").Length)).WriteText(job.Output);
    }
}

/// <summary>Takes its time over some keys, so that whoever leaves early leaves too early.</summary>
public sealed class EarlyExit : IJob
{
    public void Define(JobBuilder job) => job
        .ReadFiles(job.Inputs)
        .Map((WholeFile file, IEmitter<string, string> output) => output.Emit(Path.GetFileName(file.Path), "1"))
        .Partitions(10)
        .Reduce((string key, Values<string> values, IEmitter<string, long> output) =>
        {
            if (key.Contains("sherlock", StringComparison.Ordinal) || key.Contains("tom", StringComparison.Ordinal)) Thread.Sleep(3000);
            var count = 0L;
            foreach (var _ in values) count++;
            output.Emit(key, count);
        })
        .WriteText(job.Output);
}

/// <summary>Ends its process, or dawdles, at every third call.</summary>
public sealed class Crashing : IJob
{
    public void Define(JobBuilder job) => job
        .ReadFiles(job.Inputs)
        .Map((WholeFile file, IEmitter<string, string> output) =>
        {
            Chance();
            var name = Path.GetFileName(file.Path);
            output.Emit("a", name);
            output.Emit("b", name.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            output.Emit("c", file.Bytes.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
            output.Emit("d", "xyzzy");
        })
        .Partitions(10)
        .Reduce((string key, Values<string> values, IEmitter<string, string> output) =>
        {
            Chance();
            Sorted.Joined(key, values, output);
        })
        .WriteText(job.Output);

    private static void Chance()
    {
        switch (Random.Shared.Next(3))
        {
            case 0: Environment.Exit(1); break;
            case 1: Thread.Sleep(Random.Shared.Next(10_000)); break;
        }
    }
}

/// <summary>What several of these reducers do.</summary>
public static class Sorted
{
    /// <summary>The values in the order of their bytes, with blanks between them.</summary>
    public static void Joined(string key, Values<string> values, IEmitter<string, string> output)
    {
        var all = new List<string>();
        foreach (var value in values) all.Add(value);
        all.Sort(StringComparer.Ordinal);
        output.Emit(key, string.Join(' ', all));
    }
}
