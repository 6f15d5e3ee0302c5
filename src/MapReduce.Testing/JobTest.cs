using MapReduce.Local;
using MapReduce.Sdk;

namespace MapReduce.Testing;

/// <summary>Runs a job on small inputs given in code, with the engine that real runs use.</summary>
/// <example><code>Assert.Equal(["cat\t1", "the\t2"], JobTest.Run&lt;WordCount&gt;("the cat the").Rows);</code></example>
public sealed record JobTest
{
    /// <summary>The input files.</summary>
    public IReadOnlyList<TestInput> Inputs { get; init; } = [];

    /// <summary>The job's own arguments.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether each input file is an input of its own, as for a join, rather than all of them one folder.</summary>
    public bool SeparateInputs { get; init; }

    /// <summary>How the job runs.</summary>
    public LocalSettings Settings { get; init; } = new() { Slots = 2, MemoryOfSlot = 16 << 20 };

    /// <summary>Runs a job on texts, each a file, in this order.</summary>
    /// <exception cref="JobFailedException">The job failed.</exception>
    /// <exception cref="JobException">The job cannot be defined.</exception>
    public static TestResult Run<TJob>(params string[] texts) where TJob : IJob, new()
        => new JobTest { Inputs = [.. texts.Select((text, index) => new TestInput($"input-{index:D3}.txt", text))] }.Execute(() => new TJob());

    /// <summary>Runs a job as this test says.</summary>
    /// <exception cref="JobFailedException">The job failed.</exception>
    /// <exception cref="JobException">The job cannot be defined.</exception>
    public TestResult Execute<TJob>() where TJob : IJob, new() => Execute(() => new TJob());

    /// <summary>Runs the job that <paramref name="create"/> makes as this test says.</summary>
    /// <exception cref="JobFailedException">The job failed.</exception>
    /// <exception cref="JobException">The job cannot be defined.</exception>
    public TestResult Execute(Func<IJob> create)
    {
        var folder = Directory.CreateTempSubdirectory("mapreduce-test-").FullName;
        try
        {
            var input = Directory.CreateDirectory(Path.Combine(folder, "input")).FullName;
            foreach (var file in Inputs) File.WriteAllBytes(Path.Combine(input, file.Name), file.Content.Span);
            IReadOnlyList<string> inputs = SeparateInputs ? [.. Inputs.Select(file => Path.Combine(input, file.Name))] : Inputs.Count > 0 ? [input] : [];
            var report = LocalRunner.Run(new LocalJob(create().GetType().Name, create, inputs, Path.Combine(folder, "output"), Arguments), Settings);
            return TestResult.Read(report);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
