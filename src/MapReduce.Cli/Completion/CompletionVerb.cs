using CommandLine;
using MapReduce.Api;
using MapReduce.Cli.Cluster;

namespace MapReduce.Cli.Completion;

/// <summary>The options of <c>mr completion</c>.</summary>
internal sealed class CompletionOptions
{
    [Value(0, MetaName = "SHELL", HelpText = "bash, zsh, fish or pwsh.")]
    public string? Shell { get; set; }
}

/// <summary><c>mr completion SHELL</c> prints a script for a shell, and <c>mr complete -- WORD…</c> is what that script asks.</summary>
internal static class CompletionVerb
{
    /// <summary>The command for scripts; not for people, and not among those that are shown.</summary>
    public const string Question = "complete";

    // Whoever presses a key waits.
    private const double Seconds = 2;

    public static ExitCode Print(CompletionOptions options)
    {
        if (options.Shell is not { } shell || !ShellScripts.All.TryGetValue(shell, out var script))
            throw new UserException(ExitCode.Usage, $"For which shell? There are {string.Join(", ", ShellScripts.All.Keys)}. For bash: source <(mr completion bash), for all shells in ~/.bashrc.");
        Console.Write(script);
        return ExitCode.Success;
    }

    public static ExitCode Answer(string[] arguments)
    {
        foreach (var candidate in CandidateList.Of(arguments is ["--", .. var words] ? words : arguments, LookUp))
            Printable.WriteLine(candidate.Description.Length > 0 ? $"{candidate.Word}\t{candidate.Description}" : candidate.Word);
        return ExitCode.Success;
    }

    private static IEnumerable<Candidate> LookUp(CompletionSource source, IReadOnlyList<string> before)
    {
        try
        {
            using var client = Connection.Open(OptionsOf(before));
            using var patience = new CancellationTokenSource(Connection.Patience(Seconds));
            return source switch
            {
                CompletionSource.Nodes => [.. client.NodesAsync(patience.Token).GetAwaiter().GetResult().Nodes.Select(node => new Candidate(node.Name, node.State))],
                CompletionSource.Jobs => [.. client.JobsAsync(0, patience.Token).GetAwaiter().GetResult().Jobs.Select(job => new Candidate(job.Id[..8], $"{job.Name} ({job.Phase})"))],
                _ => [.. client.TasksAsync(before.First(word => !word.StartsWith('-')), 0, patience.Token).GetAwaiter().GetResult().Tasks.Select(task => new Candidate(task.Task, task.State))],
            };
        }
        catch (Exception exception) when (exception is ApiException or UserException or OperationCanceledException or IOException)
        {
            // Where there is no cluster there is nothing to offer, and no place for a message either.
            return [];
        }
    }

    /// <summary>The cluster that the words name.</summary>
    private static ConnectionOptions OptionsOf(IReadOnlyList<string> words)
    {
        var options = new ConnectionOptions();
        var addresses = new List<string>();
        for (var i = 0; i + 1 < words.Count; i++)
        {
            switch (words[i])
            {
                case "--cluster":
                    options.Cluster = words[i + 1];
                    break;
                case "--address":
                    addresses.Add(words[i + 1]);
                    break;
                case "--token-file":
                    options.TokenFile = words[i + 1];
                    break;
                case "--authority":
                    options.Authority = words[i + 1];
                    break;
            }
        }
        options.Addresses = addresses;
        return options;
    }
}
