using CommandLine;
using CommandLine.Text;

namespace MapReduce.Sdk;

/// <summary>Parses the arguments of a job.</summary>
internal static class JobOptions
{
    public static TOptions Parse<TOptions>(IReadOnlyList<string> arguments) where TOptions : new()
    {
        using var parser = new Parser(settings =>
        {
            settings.HelpWriter = null;
            settings.AutoVersion = false;
            settings.ParsingCulture = System.Globalization.CultureInfo.InvariantCulture;
        });
        var result = parser.ParseArguments(() => new TOptions(), arguments);
        if (result is Parsed<TOptions> parsed) return parsed.Value;

        var asked = result.Errors.Any(error => error.Tag is ErrorType.HelpRequestedError);
        var help = HelpText.AutoBuild(result, text =>
        {
            text.Heading = "Arguments of the job:";
            text.Copyright = "";
            text.AdditionalNewLineAfterOption = false;
            text.AutoVersion = false;
            return asked ? text : HelpText.DefaultParsingErrorsHandler(result, text);
        }, example => example).ToString();
        throw new JobException(asked ? JobError.HelpRequested : JobError.Arguments, help);
    }
}
