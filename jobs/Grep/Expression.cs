using System.Text;
using System.Text.RegularExpressions;
using MapReduce.Sdk;

namespace Grep;

/// <summary>Regular expressions over bytes.</summary>
internal static class Expression
{
    public const RegexOptions Options = RegexOptions.Compiled | RegexOptions.ECMAScript;

    /// <summary>The expression as one over characters that each stand for a byte.</summary>
    /// <exception cref="JobException">It is none.</exception>
    public static string OverBytes(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern)) throw new JobException(JobError.Arguments, "Which expression? Give one after the dashes: -- --pattern 'ERROR [0-9]+'.");
        try
        {
            var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(pattern));
            _ = new Regex(bytes, RegexOptions.ECMAScript);
            return bytes;
        }
        catch (RegexParseException exception)
        {
            throw new JobException(JobError.Arguments, $"'{pattern}' is no regular expression: {exception.Message} Mend it, and quote it for the shell.");
        }
    }
}
