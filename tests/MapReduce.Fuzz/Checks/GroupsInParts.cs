using MapReduce.Fuzz.Runs;

namespace MapReduce.Fuzz.Checks;

/// <summary>Which key is in which partition nobody knows of a hash. But each key is in one of them, with all of its rows, and within each keys are in order.</summary>
internal static class GroupsInParts
{
    private const int MostStepsBack = 100_000;

    /// <summary>What is wrong with parts; null where nothing is.</summary>
    /// <param name="groups">The rows of each key, in the order of keys.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="ending">What is at the end of each part.</param>
    public static string? Fault(IReadOnlyList<byte[]> groups, IReadOnlyList<byte[]> parts, byte[] ending)
    {
        var missing = parts.Sum(part => (long)part.Length) - groups.Sum(group => (long)group.Length) - ((long)parts.Count * ending.Length);
        if (missing != 0) return $"{Math.Abs(missing)} bytes {(missing < 0 ? "are missing" : "are too many")}";
        foreach (var part in parts)
            if (!part.AsSpan().EndsWith(ending)) return "a part does not end as each has to";

        // A key without rows may be anywhere.
        groups = [.. groups.Where(group => group.Length > 0)];
        var places = new int[parts.Count];
        // The parts that were chosen: where rows of two keys look alike the first that fits may be the wrong one.
        var chosen = new List<int>();
        var stepsBack = 0;
        var furthest = 0;
        for (var next = 0; chosen.Count < groups.Count;)
        {
            var group = groups[chosen.Count];
            furthest = Math.Max(furthest, chosen.Count);
            while (next < parts.Count && !parts[next].AsSpan(places[next], parts[next].Length - ending.Length - places[next]).StartsWith(group)) next++;
            if (next < parts.Count)
            {
                places[next] += group.Length;
                chosen.Add(next);
                next = 0;
                continue;
            }
            // Of hundreds of keys that look alike nobody finds out which is where.
            if (++stepsBack > MostStepsBack) return FaultOfRows(groups, parts, ending);
            if (chosen.Count == 0) return $"the rows {Bytes.Shown(groups[furthest])} of a key are at no place where they may be";
            next = chosen[^1];
            places[next] -= groups[chosen.Count - 1].Length;
            chosen.RemoveAt(chosen.Count - 1);
            next++;
        }
        return null;
    }

    private static string? FaultOfRows(IReadOnlyList<byte[]> groups, IReadOnlyList<byte[]> parts, byte[] ending)
    {
        if (groups.Any(group => group[^1] != '\n')) return null;
        var (wanted, found) = (Rows.Of(Bytes.Joined(groups)), Rows.Of(Bytes.Joined(parts.Select(part => part[..^ending.Length]))));
        return wanted.SequenceEqual(found) ? null : $"the rows are others: {Bytes.Difference(string.Join('\n', wanted), string.Join('\n', found))}";
    }
}
