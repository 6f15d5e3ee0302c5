using MapReduce.Sdk;
using MapReduce.Testing;

namespace MapReduce.Local.Tests;

/// <summary>A job given as a function.</summary>
internal sealed class InlineJob(Action<JobBuilder> define) : IJob
{
    public void Define(JobBuilder job) => define(job);

    /// <summary>Runs it on texts, each a file, with splits so small that each line is one and so little memory that everything spills.</summary>
    public static TestResult RunTight(Action<JobBuilder> define, params string[] texts)
        => Run(define, new() { Slots = 3, SplitBytes = 8, MemoryOfSlot = 64 << 10, Partitions = 3, KeepInMemory = false }, texts);

    public static TestResult Run(Action<JobBuilder> define, LocalSettings settings, params string[] texts)
        => new JobTest { Inputs = [.. texts.Select((text, index) => new TestInput($"input-{index}", text))], Settings = settings }.Execute(() => new InlineJob(define));
}
