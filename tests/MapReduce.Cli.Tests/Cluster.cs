using System.Diagnostics;
using System.IO.Compression;
using MapReduce.Api;
using MapReduce.Node;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>A cluster of three nodes in this process, which the tests of a collection share.</summary>
public sealed class Cluster : IAsyncLifetime
{
    /// <summary>The name of the collection.</summary>
    public const string Name = "cluster";

    /// <summary>All segments travel over HTTP, an attempt that stands at a gate is no straggler, and a node is not to blame for the jobs of these tests.</summary>
    private const string Settings = """
        mapreduce.shuffle.short-circuit = off
        mapreduce.master.speculation-minimum = 10m
        mapreduce.master.quarantine-failures = 1000
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-cli-").FullName;
    private string package = "";
    private int outputs;

    internal MiniCluster Nodes { get; private set; } = null!;

    internal MapReduceClient Client { get; private set; } = null!;

    /// <summary>A place for files of the tests.</summary>
    internal string this[string name] => Path.Combine(folder, name);

    /// <summary>What every command that speaks to the cluster needs.</summary>
    internal string[] Connection => ["--address", Nodes.Nodes.Values.First().Settings.HttpAddress, "--token-file", Path.Combine(folder, "cluster", "token")];

    public async Task InitializeAsync()
    {
        Nodes = await MiniCluster.StartAsync(3, Path.Combine(folder, "cluster"), Settings + TestProgram.Settings);
        Client = Nodes.Connect(Patience.Limit);
        package = (await Client.UploadAsync(Pack())).Digest;
    }

    public async Task DisposeAsync()
    {
        Client.Dispose();
        await Nodes.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    internal string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Submits a test job with two attempts a task.</summary>
    internal async Task<string> SubmitAsync(string jobClass, string input, Func<SubmitRequest, SubmitRequest>? with = null)
    {
        var request = new SubmitRequest { Package = package, Assembly = "MapReduce.TestJobs.dll", JobClass = jobClass, Name = jobClass, Inputs = [input], Attempts = 2, Output = this[$"out-{Interlocked.Increment(ref outputs)}"] };
        return (await Client.SubmitAsync(with is null ? request : with(request))).Id;
    }

    /// <summary>Waits until a job has ended, and diagnoses it.</summary>
    internal async Task<Diagnosis> DiagnoseAsync(string job)
    {
        await Client.WaitAsync(job);
        return await Client.DiagnoseAsync(job);
    }

    /// <summary>Waits for an event of a job.</summary>
    internal async Task<JobEventDetails> EventAsync(string job, Func<JobEventDetails, bool> isMeant)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        await foreach (var @event in Client.WatchAsync(job, cancellation: patience.Token))
            if (isMeant(@event)) return @event;
        throw new InvalidOperationException("The job has ended without that event.");
    }

    /// <summary>Runs the program to its end.</summary>
    internal static (int Code, string Output, string Error) Mr(params IEnumerable<string> arguments) => Mr(Path.GetTempPath(), [.. arguments]);

    /// <summary>Runs the program to its end.</summary>
    /// <param name="temporary">Where it puts temporary files.</param>
    /// <param name="arguments">Its arguments.</param>
    internal static (int Code, string Output, string Error) Mr(string temporary, string[] arguments)
    {
        using var process = Start(temporary, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Starts the program.</summary>
    internal static Process Start(params IEnumerable<string> arguments) => Start(Path.GetTempPath(), [.. arguments]);

    private static Process Start(string temporary, string[] arguments)
        => Process.Start(new ProcessStartInfo("dotnet", [TestProgram.File, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["TMPDIR"] = temporary } })!;

    private string Pack()
    {
        var archive = this["jobs.zip"];
        using var zip = ZipFile.Open(archive, ZipArchiveMode.Create);
        foreach (var file in (string[])["MapReduce.TestJobs.dll", "MapReduce.TestJobs.pdb"]) zip.CreateEntryFromFile(Path.Combine(AppContext.BaseDirectory, file), file, CompressionLevel.Fastest);
        return archive;
    }
}

[CollectionDefinition(Cluster.Name)]
public sealed class ClusterCollection : ICollectionFixture<Cluster>;
