using System.Text;
using MapReduce.Protocol.Execution;

namespace MapReduce.Worker.Executors;

/// <summary>What an executor writes to standard output and error, each line in the log of the attempt that ran at the time.</summary>
/// <remarks>When an attempt ends the executor writes <see cref="LogMarks.AttemptEnds"/> to both, so that no line goes astray however late it is read.</remarks>
/// <param name="mostBytes">The most bytes that are kept of an attempt.</param>
internal sealed class AttemptLogs(long mostBytes)
{
    private const int TailTold = 2000;
    private const int TailKept = 8000;
    private const int HeadKept = 200;
    private const int LongestLine = 16_000;

    private readonly object gate = new();
    private readonly List<string> attempts = [];
    private readonly StringBuilder tail = new();
    private readonly StringBuilder head = new();

    /// <summary>The log file of the attempt that begins.</summary>
    public void Begin(string file)
    {
        lock (gate)
        {
            attempts.Add(file);
            head.Clear();
        }
    }

    /// <summary>The last characters written; of a long text the first as well, because a runtime that dies says why before it says where.</summary>
    public string Tail()
    {
        lock (gate) return (tail.Length <= TailTold ? tail.ToString() : $"{head} … {tail.ToString(tail.Length - TailTold, TailTold)}").Trim();
    }

    /// <summary>Reads a stream to its end.</summary>
    /// <remarks>A line of more than 16,000 characters is broken, so that code that never ends one does not fill the node's memory.</remarks>
    public async Task ReadAsync(TextReader reader)
    {
        var ended = 0;
        var buffer = new char[4096];
        var line = new StringBuilder();
        for (int count; (count = await reader.ReadAsync(buffer)) > 0;)
        {
            for (var rest = buffer.AsMemory(0, count); rest.Length > 0;)
            {
                var end = rest.Span.IndexOf('\n');
                line.Append(end < 0 ? rest : rest[..end]);
                rest = end < 0 ? default : rest[(end + 1)..];
                if (end >= 0) EndLine(line, ref ended);
                else if (line.Length > LongestLine) Break(line, ended);
            }
        }
        if (line.Length > 0) EndLine(line, ref ended);
    }

    private void EndLine(StringBuilder line, ref int ended)
    {
        if (line.Length > 0 && line[^1] == '\r') line.Length--;
        var text = line.ToString();
        line.Clear();
        if (!text.EndsWith(LogMarks.AttemptEnds, StringComparison.Ordinal))
        {
            Write(ended, text);
            return;
        }
        if (text.Length > LogMarks.AttemptEnds.Length) Write(ended, text[..^LogMarks.AttemptEnds.Length]);
        ended++;
    }

    private void Break(StringBuilder line, int attempt)
    {
        // The mark may have begun.
        var length = line.Length - LogMarks.AttemptEnds.Length;
        Write(attempt, line.ToString(0, length));
        line.Remove(0, length);
    }

    private void Write(int attempt, string line)
    {
        lock (gate)
        {
            if (head.Length < HeadKept) head.AppendLine(line);
            tail.AppendLine(line);
            if (tail.Length > 2 * TailKept) tail.Remove(0, tail.Length - TailKept);
            if (attempts.Count == 0) return;
            var path = attempts[Math.Min(attempt, attempts.Count - 1)];
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1);
                var bytes = Encoding.UTF8.GetBytes(line + "\n");
                var left = mostBytes - file.Position;
                if (left > 0) file.Write(bytes.AsSpan(0, (int)Math.Min(left, bytes.Length)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A log that cannot be kept is no reason to fail a job.
            }
        }
    }
}
