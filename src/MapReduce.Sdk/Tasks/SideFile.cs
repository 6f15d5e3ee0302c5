namespace MapReduce.Sdk;

/// <summary>A file that travels with the job and that every task may read; it is the same file for all of them.</summary>
public sealed class SideFile
{
    private readonly (long Length, DateTime WrittenAt)? found;

    /// <param name="path">What the job calls it.</param>
    /// <param name="fullPath">Where it is.</param>
    /// <param name="mayChange">Whether it is the user's own file, in its own place, rather than a copy that is named by its digest.</param>
    internal SideFile(string path, string fullPath, bool mayChange)
    {
        DeclaredPath = path;
        FullPath = fullPath;
        if (mayChange) found = StateOf(fullPath);
    }

    /// <summary>The file's name, as the job declared it.</summary>
    public string Name => Path.GetFileName(DeclaredPath);

    /// <summary>The file's path on the machine that runs the task. On a cluster this is a copy with a name of its own, so look at <see cref="Name"/> for an extension.</summary>
    public string FullPath { get; }

    /// <summary>The path by which the job declared it, which is the same on all machines.</summary>
    internal string DeclaredPath { get; }

    /// <summary>Whether it is not any more what it was when the job was defined, so that tasks have read different files.</summary>
    internal bool HasChanged => found is { } then && then != StateOf(FullPath);

    /// <summary>Opens the file for reading.</summary>
    public Stream OpenRead() => File.OpenRead(FullPath);

    /// <summary>All lines of the file, decoded as UTF-8.</summary>
    public IReadOnlyList<string> ReadAllLines() => File.ReadAllLines(FullPath);

    private static (long, DateTime) StateOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? (file.Length, file.LastWriteTimeUtc) : (-1, default);
    }
}
