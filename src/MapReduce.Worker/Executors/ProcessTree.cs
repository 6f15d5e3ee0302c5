using System.Globalization;

namespace MapReduce.Worker.Executors;

/// <summary>What a process has started, and what that has: an executor takes in the orphans among them, so none is missing as long as it lives. Only Linux tells.</summary>
internal static class ProcessTree
{
    private const int ThreadsField = 17;

    /// <summary>The bytes of memory that all of them use, what several share once.</summary>
    public static long MemoryBelow(int process) => Below(process).Sum(MemoryOf);

    /// <summary>The threads of a process and all of them.</summary>
    public static long Threads(int process) => Below(process).Append(process).Sum(ThreadsOf);

    private static IEnumerable<int> Below(int process)
    {
        if (!OperatingSystem.IsLinux()) yield break;
        // One that starts and ends others all the time may have its number used again by one of them.
        var seen = new HashSet<int> { process };
        for (var waiting = new Stack<int>([process]); waiting.TryPop(out var parent);)
            foreach (var child in ChildrenOf(parent).Where(seen.Add))
            {
                waiting.Push(child);
                yield return child;
            }
    }

    /// <summary>Each thread has those that it has started.</summary>
    private static List<int> ChildrenOf(int process)
    {
        var children = new List<int>();
        foreach (var thread in Try(() => Directory.GetDirectories($"/proc/{process}/task")) ?? [])
            children.AddRange((Read($"{thread}/children") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(child => int.Parse(child, CultureInfo.InvariantCulture)));
        return children;
    }

    /// <summary>In <c>smaps_rollup</c> the line with the share of what several have in memory, in KiB.</summary>
    private static long MemoryOf(int process)
    {
        const string Share = "\nPss:";
        if (Read($"/proc/{process}/smaps_rollup") is not { } text || text.IndexOf(Share, StringComparison.Ordinal) is not (>= 0 and var at)) return 0;
        var line = text.AsSpan(at + Share.Length).TrimStart();
        return long.Parse(line[..line.IndexOf(' ')], CultureInfo.InvariantCulture) << 10;
    }

    /// <summary>Counted without looking at each, of which there may be very many.</summary>
    private static long ThreadsOf(int process)
        => Read($"/proc/{process}/stat") is { } text ? long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[ThreadsField], CultureInfo.InvariantCulture) : 0;

    private static string? Read(string file) => Try(() => File.ReadAllText(file));

    /// <summary>Processes end at any time, and with them what is said of them.</summary>
    private static T? Try<T>(Func<T> read) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
