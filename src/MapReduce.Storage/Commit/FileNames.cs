namespace MapReduce.Storage;

/// <summary>The names of the files of an output: paths below its folder, with '/' between folders. They come from tasks, which run code of users, so they may be anything.</summary>
internal static class FileNames
{
    /// <summary>No path of a file system is longer.</summary>
    private const int Longest = 4096;

    /// <summary>The files of an output by their names.</summary>
    /// <exception cref="StorageException">A name is none, or the place of two files.</exception>
    public static Dictionary<string, ManifestFile> Index(IEnumerable<ManifestFile> files)
    {
        var named = new Dictionary<string, ManifestFile>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!IsName(file.Name)) throw OutputFolder.Refused(file.Name, "that is no name for a file below the output folder");
            if (!named.TryAdd(file.Name, file)) throw OutputFolder.Refused(file.Name, "two files have that name");
        }
        foreach (var name in named.Keys)
            for (var end = name.LastIndexOf('/'); end > 0; end = name.LastIndexOf('/', end - 1))
                if (named.ContainsKey(name[..end])) throw OutputFolder.Refused(name, $"'{name[..end]}' is a file of the output, too");
        return named;
    }

    /// <summary>Whether it is the one way to write its path, and fits into a ticket. The manifest is not a task's to write.</summary>
    private static bool IsName(string name)
    {
        if (name.Length > Longest || name.AsSpan().ContainsAny('\0', FilesParticipant.Separator)) return false;
        var segments = name.Split('/');
        return segments[0] != OutputFolder.ManifestName && !segments.Any(segment => segment is "" or "." or "..");
    }
}
