using CommandLine;
using CommandLine.Text;

namespace MapReduce.Cli;

/// <summary>Parses the options of a command, and shows its help.</summary>
internal static class OptionParser
{
    /// <summary>Parses the options of a command and runs it.</summary>
    public static ExitCode Parse<TOptions>(string command, string[] arguments, Func<TOptions, ExitCode> run) where TOptions : new()
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
            text.Heading = asked ? $"mr {command}" : $"mr {command}: this cannot be understood.";
            text.Copyright = "";
            text.AdditionalNewLineAfterOption = false;
            text.AutoVersion = false;
            return asked ? text : HelpText.DefaultParsingErrorsHandler(result, text);
        }, example => example).ToString();
        if (!asked) throw new UserException(ExitCode.Usage, help);
        Console.WriteLine(help);
        return ExitCode.Success;
    }
}
