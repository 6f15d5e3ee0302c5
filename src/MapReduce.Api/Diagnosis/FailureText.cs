using System.Globalization;
using System.Text.RegularExpressions;

namespace MapReduce.Api;

/// <summary>What the message of a failure says of where code of the job threw.</summary>
/// <param name="File">The file of the record; null where none is named.</param>
/// <param name="Offset">The offset of the record, or its number where it is of no file.</param>
/// <param name="Record">The beginning of the record, or the key.</param>
/// <param name="Exception">The type of the exception.</param>
/// <param name="Place">The first line of the stack that names a source file, or else the first.</param>
/// <param name="Phase">planning, map or reduce; null where the message does not say.</param>
/// <remarks>Messages are journalled as text and made by the engine in one form, which a test holds against this.</remarks>
internal sealed partial record FailureText(string? File, long? Offset, string? Record, string? Exception, string? Place, string? Phase)
{
    public static FailureText Read(string message)
    {
        var record = RecordPattern().Match(message);
        var key = KeyPattern().Match(message);
        var thrown = ThrownPattern().Match(message);
        var frames = FramePattern().Matches(message);
        var frame = frames.FirstOrDefault(frame => frame.Groups["file"].Success) ?? frames.FirstOrDefault();
        return new FailureText(
            Value(record, "file") ?? Value(FilePattern().Match(message), "file"),
            Value(record, "offset") is { } offset ? long.Parse(offset, CultureInfo.InvariantCulture) : null,
            Value(record, "record")?.TrimEnd() ?? Value(key, "key"),
            Value(thrown, "type"),
            frame is null ? null : frame.Groups["file"].Success ? $"{frame.Groups["method"].Value} ({frame.Groups["file"].Value}:{frame.Groups["line"].Value})" : frame.Groups["method"].Value,
            Value(thrown, "phase"));
    }

    /// <summary>Whether the exception says that an assembly or a library is missing.</summary>
    public static bool NamesMissingDependency(string message) => MissingPattern().IsMatch(message);

    /// <summary>Whether the job's constructor or its definition threw, wherever it was made.</summary>
    public static bool IsOfDefinition(string message) => DefinitionPattern().IsMatch(message);

    /// <summary>Whether a reason or a message is of a database: it names a connection, a table or a query of one, or the driver.</summary>
    public static bool NamesDatabase(string text) => DatabasePattern().IsMatch(text);

    private static string? Value(Match match, string group) => match.Success && match.Groups[group].Success ? match.Groups[group].Value : null;

    [GeneratedRegex(@"The record is (?:'(?<file>[^\n]*?)' at offset (?<offset>\d+)|number (?<offset>\d+) of the task): (?<record>.*?)(?:\. Mend the job|\. Allow more|\r?\n|$)")]
    private static partial Regex RecordPattern();

    [GeneratedRegex(@"This happened (?:in the [\w' ]+ )?at the key '(?<key>[^\n]*?)'(?:, value \d+)?\.(?:\r?\n|$)")]
    private static partial Regex KeyPattern();

    [GeneratedRegex(@"'(?<file>/[^'\n]+|[A-Za-z]:\\[^'\n]+)'")]
    private static partial Regex FilePattern();

    [GeneratedRegex(@"(?:, (?<phase>planning|map|reduce)|(?:Define|constructor(?: of '[^'\n]+')?) threw)[: ]+(?<type>[A-Z_]\w*):")]
    private static partial Regex ThrownPattern();

    [GeneratedRegex(@"(?:Define|constructor(?: of '[^'\n]+')?) threw ")]
    private static partial Regex DefinitionPattern();

    [GeneratedRegex(@"^\s+at (?<method>[^\n]+?)(?: in (?<file>[^\n]+):line (?<line>\d+))?\s*$", RegexOptions.Multiline)]
    private static partial Regex FramePattern();

    [GeneratedRegex(@"(?:[Dd]atabase|[Ss]erver) of connection '|^[\w.-]{2,}:[^\s(:/\\][^\s(:]*(?:\([^)\n]*\)[^:\n]*)?: |^[\w.-]{2,}:(?i:SELECT|WITH|TABLE|VALUES)\s|PostgreSQL|Npgsql|PostgresException|^Database")]
    private static partial Regex DatabasePattern();

    [GeneratedRegex(@"needs something that is not beside it|Could not load (?:file or assembly|type)|Unable to load (?:shared library|DLL)|DllNotFoundException|TypeLoadException")]
    private static partial Regex MissingPattern();
}
