using System.Text;
using MapReduce.Protocol.Execution;

namespace MapReduce.Worker.Executors;

/// <summary>What an executor writes to standard output and error, each line in the log of the attempt that ran at the time.</summary>
/// <remarks>When an attempt ends the executor writes <see cref="LogMarks.AttemptEnds"/> to both, so that no line goes astray however late it is read.</remarks>
/// <param name="mostBytes">The most bytes that are kept of an attempt.</param>
internal sealed class AttemptLogs(long mostBytes)
{
    private const int TailKept = 8000;
    private const int HeadKept = 200;

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
    public string Tail(int length)
    {
        lock (gate) return (tail.Length <= length ? tail.ToString() : $"{head} … {tail.ToString(tail.Length - length, length)}").Trim();
    }

    /// <summary>Reads a stream to its end.</summary>
    public async Task ReadAsync(StreamReader reader)
    {
        var ended = 0;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.EndsWith(LogMarks.AttemptEnds, StringComparison.Ordinal))
            {
                var rest = line[..^LogMarks.AttemptEnds.Length];
                if (rest.Length > 0) Write(ended, rest);
                ended++;
                continue;
            }
            Write(ended, line);
        }
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
