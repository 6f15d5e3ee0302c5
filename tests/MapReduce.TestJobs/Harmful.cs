using System.Runtime.CompilerServices;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Ends the process that runs it.</summary>
public sealed class Exiting : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine _, IEmitter<string, long> _) => Environment.Exit(7))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Starts a program that never ends and holds the process's output, and ends the process. Each line is a file that takes the program's number.</summary>
public sealed class Leaving : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> _) =>
        {
            using var program = System.Diagnostics.Process.Start("tail", ["-f", "/dev/null"]);
            File.AppendAllText(line.ToString(), $"{program.Id}\n");
            Environment.Exit(7);
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Calls itself until the stack is full, which no process survives.</summary>
public sealed class Overflowing : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit("depth", Deeper(line.Length)))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Deeper(long depth) => depth < 0 ? depth : 1 + Deeper(depth + 1);
}

/// <summary>Writes to the console, as authors do who look for a mistake.</summary>
public sealed class Talking : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) =>
        {
            Console.WriteLine($"saw {line.ToString()}");
            Console.Error.WriteLine("with concern");
            output.Emit("lines", 1);
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Takes memory without end.</summary>
public sealed class Greedy : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine _, IEmitter<string, long> output) =>
        {
            var kept = new List<byte[]>();
            // Far more than it may, and not so much that others suffer where nobody looks for a while.
            while (kept.Count < 128)
            {
                kept.Add(new byte[8 << 20]);
                Array.Fill(kept[^1], (byte)1);
            }
            Thread.Sleep(Timeout.Infinite);
            GC.KeepAlive(kept);
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Keeps all processors busy and never comes back.</summary>
public sealed class Burning : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine _, IEmitter<string, long> _) =>
        {
            for (var thread = 0; thread < 4 * Environment.ProcessorCount; thread++) new Thread(Spin) { IsBackground = true }.Start();
            Spin();
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);

    private static void Spin()
    {
        for (var turns = 0UL; turns < ulong.MaxValue; turns++) Thread.SpinWait(1);
    }
}

/// <summary>Starts threads without end.</summary>
public sealed class Leaking : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine _, IEmitter<string, long> _) =>
        {
            for (var thread = 0; thread < 4000; thread++) new Thread(() => Thread.Sleep(Timeout.Infinite), 64 << 10) { IsBackground = true }.Start();
            Thread.Sleep(Timeout.Infinite);
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Lets other programs take the memory: 600 MiB, while the executor itself takes none.</summary>
public sealed class Delegating : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine _, IEmitter<string, long> _) =>
        {
            using var program = System.Diagnostics.Process.Start("sh", ["-c", "{ head -c 600m /dev/zero; sleep 600; } | tail"]);
            program.WaitForExit();
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}

/// <summary>Starts a program whose parent ends at once, and which ends by itself in half an hour only, and waits. Each line is a file that takes the program's number.</summary>
public sealed class Lingering : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> _) =>
        {
            using var parent = System.Diagnostics.Process.Start("sh", ["-c", "sleep 1800 & echo $! >\"$0.new\"; mv \"$0.new\" \"$0\"", line.ToString()]);
            Thread.Sleep(Timeout.Infinite);
        })
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);
}
