using System.Globalization;
using System.Text;
using MapReduce.Api;

namespace MapReduce.Cli.Diagnose;

/// <summary>A diagnosis as people read it.</summary>
internal static class DiagnosisText
{
    private const int Width = 100;
    private const int Label = 10;
    private const int LongestRecord = 200;

    /// <summary>The text: what, where, what to do, and what else.</summary>
    /// <param name="diagnosis">The diagnosis.</param>
    /// <param name="log">The last lines of the log of the attempt.</param>
    public static string Of(Diagnosis diagnosis, IReadOnlyList<string> log)
    {
        var text = new StringBuilder();
        Line(text, "", diagnosis.Summary);
        if (diagnosis.Cause is { } cause)
        {
            text.AppendLine();
            Line(text, diagnosis.Phase == "failed" ? "cause" : "first", cause.Kind + (cause.Reason is null ? "" : $" ({cause.Reason})"));
            Details(text, cause);
            foreach (var line in log) Line(text, ReferenceEquals(line, log[0]) ? "log" : "", line);
            Line(text, "do", cause.Advice);
        }
        if (diagnosis.Findings.Count > 0) text.AppendLine();
        foreach (var finding in diagnosis.Findings)
        {
            Line(text, ReferenceEquals(finding, diagnosis.Findings[0]) ? "also" : "", $"{finding.Kind}: {finding.Sentence}");
            Line(text, "", finding.Advice);
        }
        if (diagnosis.Failures.Count > 0) text.AppendLine();
        foreach (var group in diagnosis.Failures)
            Line(text, ReferenceEquals(group, diagnosis.Failures[0]) ? "failures" : "", string.Create(CultureInfo.InvariantCulture,
                $"{group.Count} × {group.Reason} of {group.Tasks} task{(group.Tasks == 1 ? "" : "s")} on {string.Join(", ", group.Nodes)}; the first: {group.First} at {group.At.ToLocalTime():HH:mm:ss}"));
        return text.ToString().TrimEnd();
    }

    private static void Details(StringBuilder text, Finding cause)
    {
        if (cause.File is { } file) Line(text, "file", file + (cause.Offset is { } offset ? string.Create(CultureInfo.InvariantCulture, $", offset {offset}") : ""));
        if (cause.Record is { } record) Line(text, cause.Offset is null ? "key" : "record", record.Length > LongestRecord ? record[..LongestRecord] + "…" : record);
        if (cause.Place is { } place) Line(text, "code", place);
        if ((cause.Attempt ?? cause.Task) is { } what) Line(text, cause.Attempt is null ? "task" : "attempt", what + (cause.At is { } at ? string.Create(CultureInfo.InvariantCulture, $" at {at.ToLocalTime():HH:mm:ss}") : ""));
        if (cause.Node is { } node) Line(text, "node", $"{node}, now {cause.NodeState ?? "unknown"}");
        if (cause.Message is { } message) Line(text, "message", Shortened(message));
    }

    /// <summary>The first line, without what other lines of the screen say already.</summary>
    private static string Shortened(string message)
    {
        var line = message.Split('\n')[0];
        foreach (var end in (string[])[" The record is ", " This happened "])
            if (line.IndexOf(end, StringComparison.Ordinal) is > 0 and var at) line = line[..at];
        return line.TrimEnd();
    }

    /// <summary>Writes a text beside its label, in lines that fit a screen.</summary>
    private static void Line(StringBuilder text, string label, string content)
    {
        var indent = label.Length == 0 && text.Length == 0 ? "" : label.PadRight(Label);
        var line = new StringBuilder(indent);
        foreach (var word in Printable.Of(content.ReplaceLineEndings(" ").Replace('\t', ' ')).Split(' '))
        {
            if (line.Length > Label && line.Length + word.Length > Width)
            {
                text.AppendLine(line.ToString().TrimEnd());
                line.Clear().Append(' ', indent.Length);
            }
            line.Append(word).Append(' ');
        }
        text.AppendLine(line.ToString().TrimEnd());
    }
}
