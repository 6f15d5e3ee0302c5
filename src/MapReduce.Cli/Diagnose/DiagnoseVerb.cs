using CommandLine;
using MapReduce.Api;
using MapReduce.Cli.Cluster;

namespace MapReduce.Cli.Diagnose;

/// <summary>The options of <c>mr job diagnose</c>.</summary>
internal sealed class DiagnoseOptions : ConnectionOptions
{
    [Value(0, MetaName = "JOB", HelpText = "The job: its id, the beginning of one, or its name.")]
    public string? Job { get; set; }
}

/// <summary><c>mr job diagnose</c>: why a job failed or is slow, on one screen.</summary>
internal static class DiagnoseVerb
{
    private const int LogLines = 5;

    public static ExitCode Run(DiagnoseOptions options)
    {
        var job = options.Job ?? throw new UserException(ExitCode.Usage, "Which job? Give its id or name: mr job diagnose JOB. See mr jobs.");
        using var client = Connection.Open(options);
        using var cancel = new CancelKey();
        return RunAsync(client, job, options.Json, cancel.Token).GetAwaiter().GetResult();
    }

    private static async Task<ExitCode> RunAsync(MapReduceClient client, string job, bool json, CancellationToken cancellation)
    {
        var diagnosis = await client.DiagnoseAsync(job, cancellation);
        if (json) Output.Json(diagnosis, ApiJson.Default.Diagnosis);
        else Console.WriteLine(DiagnosisText.Of(diagnosis, await LogAsync(client, diagnosis, cancellation)));
        return ExitCode.Success;
    }

    /// <summary>The last lines that the attempt wrote; none where nobody has them.</summary>
    private static async Task<IReadOnlyList<string>> LogAsync(MapReduceClient client, Diagnosis diagnosis, CancellationToken cancellation)
    {
        if (diagnosis is not { Phase: "failed", Cause.Attempt: { } attempt }) return [];
        try
        {
            var lines = (await client.LogAsync(diagnosis.Job, attempt, cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return [.. lines.TakeLast(LogLines)];
        }
        catch (ApiException)
        {
            return [];
        }
    }
}
