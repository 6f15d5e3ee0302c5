using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Writes the lines that it reads, compressed.</summary>
public sealed class CompressedLines : IJob
{
    public void Define(JobBuilder job)
        => job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, None> output) => output.Emit(line.ToString(), None.Value)).WriteText(job.Output.Compressed(OutputCompression.Gzip));
}
