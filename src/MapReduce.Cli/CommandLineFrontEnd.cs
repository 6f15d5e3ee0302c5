using CommandLine;
using CommandLine.Text;
using MapReduce.Cli.Cat;
using MapReduce.Cli.Generate;
using MapReduce.Cli.Run;
using MapReduce.Cli.Validate;
using MapReduce.Engine;
using MapReduce.Engine.Loading;
using MapReduce.Local;
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
