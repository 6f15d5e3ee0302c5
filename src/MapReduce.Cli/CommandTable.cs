using MapReduce.Cli.Cat;
using MapReduce.Cli.Cluster;
using MapReduce.Cli.Completion;
using MapReduce.Cli.Configuration;
using MapReduce.Cli.Diagnose;
using MapReduce.Cli.Generate;
using MapReduce.Cli.Jobs;
using MapReduce.Cli.New;
using MapReduce.Cli.Nodes;
using MapReduce.Cli.Replay;
using MapReduce.Cli.Run;
using MapReduce.Cli.Top;
using MapReduce.Cli.Users;
using MapReduce.Cli.Validate;

namespace MapReduce.Cli;

/// <summary>The commands that there are.</summary>
internal static class CommandTable
{
    /// <summary>All of them, in the order in which lists show them.</summary>
    public static IReadOnlyList<Command> All { get; } =
    [
        Command.OfJob<RunOptions>("run", "run a job, in this process or on nodes of its own", RunVerb.Run, Completes.Files),
        Command.OfJob<SubmitOptions>("submit", "run a job on a cluster", SubmitVerb.Run, Completes.Files),
        Command.Of<JobsOptions>("jobs", "list the jobs of a cluster", JobVerbs.List),
        Command.Of<EventsOptions>("events", "watch what becomes of jobs, nodes and masters", EventsVerb.Run),
        Job("show", "show how a job stands"),
        Command.Of<DiagnoseOptions>("job diagnose", "say why a job failed or is slow", DiagnoseVerb.Run, Completes.Jobs),
        Job("events", "list what has happened to a job"),
        Job("tasks", "list the tasks of a job"),
        Job("logs", "show what an attempt wrote"),
        Command.Of<ReplayOptions>("job replay", "run one attempt of a job again in this process", ReplayVerb.Run, Completes.Jobs, Completes.Tasks),
        Job("counters", "show the counters of a job"),
        Job("cancel", "cancel a job"),
        Job("delete", "forget a job that has ended"),
        Command.Of<ConnectionOptions>("nodes", "list the nodes of a cluster", NodeVerbs.List),
        Command.Of<NodeStartOptions>("node start", "run a node", NodeVerbs.Start),
        Command.Of<NodeDrainOptions>("node drain", "let a node finish its work and take no more", NodeVerbs.Drain, Completes.Nodes),
        Command.Of<TopOptions>("top", "watch a cluster live in the terminal", TopVerb.Run),
        Command.Of<ConfigOptions>("config", "show the settings of a node, where they come from, and check them", ConfigVerb.Run, Completes.Of("check")),
        Command.Of<SettingsOptions>("config check", "say what the settings of a node leave open", ConfigCheckVerb.Run),
        Command.Of<UserAddOptions>("user add", "let somebody call a cluster, and print the token", UserVerbs.Add),
        Command.Of<UserFileOptions>("user list", "list who may call a cluster", UserVerbs.List),
        Command.Of<UserOptions>("user remove", "let somebody call a cluster no more", UserVerbs.Remove),
        Command.Of<AuditOptions>("audit", "list who has changed what", AuditVerb.Run),
        Command.Of<CertificateOptions>("certificate create", "make a certificate for a node", CertificateVerb.Create),
        Command.Of<PackageSignOptions>("package sign", "sign the package of a job", PackageVerb.Sign, Completes.Files),
        Command.Of<ClusterUpOptions>("cluster up", "start nodes on this machine", ClusterVerb.Up),
        Command.Of<ClusterOptions>("cluster status", "show the node processes", ClusterVerb.Status),
        Command.Of<ClusterOptions>("cluster kill", "kill a node as a crash would", ClusterVerb.Kill),
        Command.Of<ClusterOptions>("cluster add", "start a node more", ClusterVerb.Add),
        Command.Of<ClusterOptions>("cluster down", "end all nodes", ClusterVerb.Down),
        Command.Of<CatOptions>("cat", "show an output in key order", CatVerb.Run, Completes.Files),
        Command.Of<GenerateOptions>("generate", "make an input to try jobs on", GenerateVerb.Run, Completes.Of("text", "logs", "records")),
        Command.Of<ValidateOptions>("validate", "check sorted records, or an output", ValidateVerb.Run, Completes.Of("sort", "output"), Completes.Files),
        Command.Of<NewJobOptions>("new job", "make a project for a job, with a test", NewJobVerb.Run),
        Command.Of<CompletionOptions>("completion", "print a script that completes commands in a shell", CompletionVerb.Print, Completes.Of([.. ShellScripts.All.Keys])),
    ];

    /// <summary>The command that some words name, which is the one of most words; null for none.</summary>
    public static Command? Named(string[] words) => All.Where(command => words.AsSpan().StartsWith(command.Words)).MaxBy(command => command.Words.Length);

    /// <summary>The command that some words name.</summary>
    /// <exception cref="UserException">There is none.</exception>
    public static Command Find(string[] arguments)
    {
        if (Named(arguments) is { } found) return found;
        var first = arguments[0];
        var actions = All.Where(command => command.Words[0] == first).Select(command => command.Words[1]).ToList();
        if (actions.Count == 0) throw new UserException(ExitCode.Usage, $"There is no command '{first}'. Run mr without arguments to see some.");
        var listed = actions.Count == 1 ? $"There is {actions[0]}." : $"There are {string.Join(", ", actions.SkipLast(1))} and {actions[^1]}.";
        throw new UserException(ExitCode.Usage, arguments.Length == 1 ? $"mr {first} what? {listed}" : $"There is no command 'mr {first} {arguments[1]}'. {listed}");
    }

    private static Command Job(string action, string summary) => Command.Of<JobVerbOptions>($"job {action}", summary, options => JobVerbs.Run(action, options), Completes.Jobs, Completes.Tasks);
}
