using CommandLine;
using CommandLine.Text;
using MapReduce.Api;
using MapReduce.Cli.Cat;
using MapReduce.Cli.Cluster;
using MapReduce.Cli.Generate;
using MapReduce.Cli.Jobs;
using MapReduce.Cli.Nodes;
using MapReduce.Cli.Run;
using MapReduce.Cli.Validate;
using MapReduce.Engine;
using MapReduce.Engine.Loading;
using MapReduce.Local;
using MapReduce.Node.Configuration;
using MapReduce.Sdk;
using MapReduce.Storage;

namespace MapReduce.Cli;

/// <summary>Picks the verb by the first word, parses its options, and turns every failure into a sentence and an exit code.</summary>
internal static class CommandLineFrontEnd
{
    public static ExitCode Run(string[] arguments)
    {
        try
        {
            return Dispatch(arguments);
        }
        catch (OperationCanceledException)
        {
            return Fail(ExitCode.Cancelled, "Cancelled; nothing was written.");
        }
        catch (UserException exception)
        {
            return Fail(exception.Code, exception.Message);
        }
        catch (ConfigurationException exception)
        {
            return Fail(ExitCode.Cluster, exception.Message);
        }
        catch (ApiException exception)
        {
            return Fail(Code(exception.Code), exception.Message);
        }
        catch (StorageException exception)
        {
            var isInput = exception.Error is StorageError.NotFound or StorageError.NoMatch or StorageError.UnknownScheme;
            return Fail(isInput ? ExitCode.Input : ExitCode.Output, exception.Message);
        }
        catch (LoadException exception)
        {
            return Fail(ExitCode.Job, exception.Message);
        }
        catch (JobException exception) when (exception.Error == JobError.HelpRequested)
        {
            Console.WriteLine(exception.Message);
            return ExitCode.Success;
        }
        catch (JobException exception)
        {
            return Fail(exception.Error == JobError.Arguments ? ExitCode.Usage : ExitCode.Job, exception.Message);
        }
        catch (JobFailedException exception)
        {
            return Fail(Code(exception.Error), exception.Message);
        }
        catch (EngineException exception)
        {
            return Fail(Code(exception.Error), exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCode.Output, exception.Message);
        }
        catch (Exception exception)
        {
            return Fail(ExitCode.Failed, $"mr itself failed, which is a fault of it and not yours. Please report this:{Environment.NewLine}{exception}");
        }
    }

    private static ExitCode Dispatch(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            Console.WriteLine(Welcome.Text);
            return ExitCode.Success;
        }
        var rest = arguments[1..];
        switch (arguments[0])
        {
            case "run":
                var end = Array.IndexOf(rest, "--");
                var own = end < 0 ? rest : rest[..end];
                return Parse<RunOptions>("run", own, options => RunVerb.Run(options, end < 0 ? [] : rest[(end + 1)..]));
            case "submit":
                var marks = Array.IndexOf(rest, "--");
                return Parse<SubmitOptions>("submit", marks < 0 ? rest : rest[..marks], options => SubmitVerb.Run(options, marks < 0 ? [] : rest[(marks + 1)..]));
            case "jobs":
                return Parse<ConnectionOptions>("jobs", rest, JobVerbs.List);
            case "job":
                return Sub(rest, "job", "show, events, tasks, logs, counters, cancel or delete", (action, more) => Parse<JobVerbOptions>($"job {action}", more, options => JobVerbs.Run(action, options)));
            case "nodes":
                return Parse<ConnectionOptions>("nodes", rest, NodeVerbs.List);
            case "node":
                return Sub(rest, "node", "start or drain", Node);
            case "certificate":
                return Sub(rest, "certificate", "create", (action, more) => action == "create"
                    ? Parse<CertificateOptions>("certificate create", more, CertificateVerb.Create)
                    : throw new UserException(ExitCode.Usage, $"There is no command 'mr certificate {action}'. There is create."));
            case "cluster":
                return Sub(rest, "cluster", "up, status, kill, add or down", Cluster);
            case "cat":
                return Parse<CatOptions>("cat", rest, CatVerb.Run);
            case "generate":
                return Parse<GenerateOptions>("generate", rest, GenerateVerb.Run);
            case "validate":
                return Parse<ValidateOptions>("validate", rest, ValidateVerb.Run);
            case ExecutorVerb.Name:
                return ExecutorVerb.Run(rest);
            case "--version" or "version":
                Console.WriteLine($"mr {typeof(CommandLineFrontEnd).Assembly.GetName().Version!.ToString(3)}");
                return ExitCode.Success;
            case "--help" or "help" or "-h":
                Console.WriteLine(Welcome.Text);
                return ExitCode.Success;
            default:
                throw new UserException(ExitCode.Usage, $"There is no command '{arguments[0]}'. Run mr without arguments to see some.");
        }
    }

    private static ExitCode Sub(string[] arguments, string verb, string actions, Func<string, string[], ExitCode> run)
        => arguments.Length > 0 ? run(arguments[0], arguments[1..]) : throw new UserException(ExitCode.Usage, $"mr {verb} what? There are {actions}.");

    private static ExitCode Node(string action, string[] arguments) => action switch
    {
        "start" => Parse<NodeStartOptions>("node start", arguments, NodeVerbs.Start),
        "drain" => Parse<NodeDrainOptions>("node drain", arguments, NodeVerbs.Drain),
        _ => throw new UserException(ExitCode.Usage, $"There is no command 'mr node {action}'. There are start and drain."),
    };

    private static ExitCode Cluster(string action, string[] arguments) => action switch
    {
        "up" => Parse<ClusterUpOptions>("cluster up", arguments, ClusterVerb.Up),
        "status" => Parse<ClusterOptions>("cluster status", arguments, ClusterVerb.Status),
        "kill" => Parse<ClusterOptions>("cluster kill", arguments, ClusterVerb.Kill),
        "add" => Parse<ClusterOptions>("cluster add", arguments, ClusterVerb.Add),
        "down" => Parse<ClusterOptions>("cluster down", arguments, ClusterVerb.Down),
        _ => throw new UserException(ExitCode.Usage, $"There is no command 'mr cluster {action}'. There are up, status, kill, add and down."),
    };

    /// <summary>Parses the options of a verb and runs it.</summary>
    private static ExitCode Parse<TOptions>(string verb, string[] arguments, Func<TOptions, ExitCode> run) where TOptions : new()
    {
        using var parser = new Parser(settings =>
        {
            settings.HelpWriter = null;
            settings.AutoVersion = false;
            settings.AllowMultiInstance = true;
            settings.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
        });
        var result = parser.ParseArguments(() => new TOptions(), arguments);
        if (result is Parsed<TOptions> parsed) return run(parsed.Value);

        var asked = result.Errors.Any(error => error.Tag is ErrorType.HelpRequestedError);
        var help = HelpText.AutoBuild(result, text =>
        {
            text.Heading = asked ? $"mr {verb}" : $"mr {verb}: this cannot be understood.";
            text.Copyright = "";
            text.AdditionalNewLineAfterOption = false;
            text.AutoVersion = false;
            return asked ? text : HelpText.DefaultParsingErrorsHandler(result, text);
        }, example => example).ToString();
        if (!asked) return Fail(ExitCode.Usage, help);
        Console.WriteLine(help);
        return ExitCode.Success;
    }

    private static ExitCode Code(string apiError) => apiError switch
    {
        ApiException.Unreachable or "no-master" or "token" or "host" or "certificate" or "protocol" => ExitCode.Cluster,
        "output" or "output-exists" => ExitCode.Output,
        "package" or "too-large" or "no-package" => ExitCode.Job,
        _ => ExitCode.Usage,
    };

    private static ExitCode Code(EngineError error) => error switch
    {
        EngineError.BadInput or EngineError.InputChanged => ExitCode.Input,
        EngineError.DiskFull or EngineError.Storage => ExitCode.Output,
        EngineError.Definition or EngineError.NotDeterministic => ExitCode.Job,
        _ => ExitCode.Failed,
    };

    private static ExitCode Fail(ExitCode code, string message)
    {
        Console.Error.WriteLine(message);
        return code;
    }
}
