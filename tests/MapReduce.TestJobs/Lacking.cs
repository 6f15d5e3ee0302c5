using System.Runtime.InteropServices;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Calls a library that nobody has packed.</summary>
public sealed partial class Lacking : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit("n", Weigh(line.Length)))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);

    [DllImport("no-such-library-of-ours")]
    private static extern int Weigh(int length);
}

/// <summary>Calls an assembly that is not packed with it.</summary>
public sealed class LackingLibrary : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<string, long> output) => output.Emit(NameOfLibrary(), line.Length))
        .Aggregate(Sum.Of<long>())
        .WriteText(job.Output);

    private static string NameOfLibrary() => typeof(CsCheck.Gen).Assembly.GetName().Name!;
}
