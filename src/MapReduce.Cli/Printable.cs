namespace MapReduce.Cli;

/// <summary>Text of others, as it may reach a terminal: a control character in a name or a message could move the cursor, hide what came before, or type for the user.</summary>
internal static class Printable
{
    /// <summary>One line of it.</summary>
    public static string Of(string text) => text.Any(IsDangerous) ? string.Concat(text.Select(c => IsDangerous(c) ? '·' : c)) : text;

    /// <summary>All lines of it.</summary>
    public static string Lines(string text) => string.Join(Environment.NewLine, text.ReplaceLineEndings("\n").Split('\n').Select(Of));

    /// <summary>Writes one line.</summary>
    public static void WriteLine(string text) => Console.WriteLine(Of(text));

    private static bool IsDangerous(char c) => char.IsControl(c) && c != '\t';
}
