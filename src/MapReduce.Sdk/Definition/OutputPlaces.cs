namespace MapReduce.Sdk;

/// <summary>The places that the outputs of a job get below its output folder, and which of them are the same. A place is a path with '/' between folders.</summary>
internal static class OutputPlaces
{
    private const string PartPrefix = "part-";
    private const string Manifest = "_manifest.json";
    private const string Quarantine = "_quarantine";

    // What the file system takes for one name is one place.
    private static readonly StringComparer Names = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    /// <summary>The place of a file that the job names.</summary>
    /// <exception cref="JobException">The name leads out of the output, names no file, or one that is not the job's to write.</exception>
    public static string OfFile(string fileName)
    {
        var path = OperatingSystem.IsWindows() ? fileName.Replace('\\', '/') : fileName;
        if (path.Length == 0 || path[^1] == '/' || Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal)) throw Refused(fileName, "names no file below the output folder");
        var segments = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment is "" or ".") continue;
            if (segment != "..") segments.Add(segment);
            else if (segments.Count > 0) segments.RemoveAt(segments.Count - 1);
            else throw Refused(fileName, "leads out of the output folder");
        }
        if (segments.Count == 0 || path.EndsWith("/.", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal)) throw Refused(fileName, "names a folder");
        if (Names.Equals(segments[0], Manifest) || Names.Equals(segments[0], Quarantine)) throw Refused(fileName, "is where the run writes what it tells of the output");
        return string.Join('/', segments);
    }

    /// <summary>Two outputs of which one would take the other's place; null where there are none.</summary>
    public static (string Place, OutputTarget First, OutputTarget Second)? Conflict(IEnumerable<OutputTarget> targets)
    {
        var files = new Dictionary<string, OutputTarget>(Names);
        var folders = new Dictionary<string, OutputTarget>(Names);
        var parts = new Dictionary<string, OutputTarget>(Names);
        foreach (var target in targets)
        {
            var place = target.FileName ?? target.Name;
            var isParts = target.FileName is null;
            if (isParts ? !parts.TryAdd(place, target) : !files.TryAdd(place, target)) return (place, (isParts ? parts : files)[place], target);
            for (var folder = isParts ? place : Parent(place); folder.Length > 0; folder = Parent(folder)) folders.TryAdd(folder, target);
        }
        foreach (var (place, target) in files)
            if (folders.TryGetValue(place, out var other)) return (place, other, target);
        foreach (var (place, target) in files.Concat(folders))
            if (parts.TryGetValue(Parent(place), out var other) && other != target && IsPart(place, other)) return (place, other, target);
        return null;
    }

    private static string Parent(string place) => place.LastIndexOf('/') is var end && end < 0 ? "" : place[..end];

    /// <summary>Whether a place is one that a part of an output may get: how many there are is not known yet.</summary>
    private static bool IsPart(string place, OutputTarget output)
    {
        var name = place.AsSpan(place.LastIndexOf('/') + 1);
        var suffix = output.FileSuffix;
        if (!name.StartsWith(PartPrefix, StringComparison.OrdinalIgnoreCase) || !name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) return false;
        var number = name[PartPrefix.Length..(name.Length - suffix.Length)];
        return number.Length > 0 && !number.ContainsAnyExceptInRange('0', '9');
    }

    private static JobException Refused(string fileName, string why)
        => new(JobError.Definition, $"'{fileName}' cannot name an output file: it {why}. Give a name such as 'report.html', or a path below the output folder.");
}
