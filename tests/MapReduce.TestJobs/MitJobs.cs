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
    /// <summary>Stays for a second, and tells how many living processes are at the same phase then.</summary>
    public static int CountParallel(string folder, string phase)
    {
        var mine = Path.Combine(folder, $"mr-worker-{phase}-{Environment.ProcessId}");
        File.WriteAllText(mine, "");
        Thread.Sleep(1000);
        var count = Directory.GetFiles(folder, $"mr-worker-{phase}-*").Count(file => IsAlive(int.Parse(file[(file.LastIndexOf('-') + 1)..], System.Globalization.CultureInfo.InvariantCulture)));
        File.Delete(mine);
        return count;
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
            output.Emit($"parallel-{Environment.ProcessId}", Marks.CountParallel(marks, "map").ToString(System.Globalization.CultureInfo.InvariantCulture));
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
        }).Partitions(10).Reduce((string key, Values<string> values, IEmitter<string, long> output) => output.Emit(key, Marks.CountParallel(marks, "reduce"))).WriteText(job.Output);
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
