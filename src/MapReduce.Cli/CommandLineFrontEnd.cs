using MapReduce.Api;
using MapReduce.Cli.Completion;
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
        switch (arguments[0])
        {
            case ExecutorVerb.Name:
                return ExecutorVerb.Run(arguments[1..]);
            case CompletionVerb.Question:
                return CompletionVerb.Answer(arguments[1..]);
            case "--version" or "version":
                Console.WriteLine($"mr {typeof(CommandLineFrontEnd).Assembly.GetName().Version!.ToString(3)}");
                return ExitCode.Success;
            case "--help" or "help" or "-h":
                Console.WriteLine(Welcome.Text);
                Console.WriteLine();
                foreach (var listed in CommandTable.All) Console.WriteLine($"  mr {listed.Name,-20} {listed.Summary}");
                return ExitCode.Success;
            default:
                var command = CommandTable.Find(arguments);
                var rest = arguments[command.Words.Length..];
                var marks = command.TakesJobArguments ? Array.IndexOf(rest, "--") : -1;
                return marks < 0 ? command.Run(rest, []) : command.Run(rest[..marks], rest[(marks + 1)..]);
        }
    }

    private static ExitCode Code(string apiError) => apiError switch
    {
        ApiException.Unreachable or "no-master" or "no-copies" or "full" or "token" or "expired" or "role" or "owner" or "users" or "pace" or "host" or "certificate" or "protocol" => ExitCode.Cluster,
        "output" or "output-exists" => ExitCode.Output,
        "package" or "too-large" or "no-package" or "unsigned" or "unknown-signer" or "bad-signature" => ExitCode.Job,
        _ => ExitCode.Usage,
    };

    private static ExitCode Code(EngineError error) => error switch
    {
        EngineError.BadInput or EngineError.InputChanged => ExitCode.Input,
        EngineError.DiskFull or EngineError.Storage or EngineError.BadOutput => ExitCode.Output,
        EngineError.Definition or EngineError.NotDeterministic => ExitCode.Job,
        _ => ExitCode.Failed,
    };

    private static ExitCode Fail(ExitCode code, string message)
    {
        Console.Error.WriteLine(Printable.Lines(message));
        return code;
    }
}
