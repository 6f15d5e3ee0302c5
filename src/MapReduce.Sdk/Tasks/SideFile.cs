namespace MapReduce.Sdk;

/// <summary>A file that travels with the job and that every task may read.</summary>
public sealed class SideFile
{
    internal SideFile(string path) => FullPath = path;

    /// <summary>The file's path on the machine that runs the task.</summary>
    public string FullPath { get; }

    /// <summary>Opens the file for reading.</summary>
    public Stream OpenRead() => File.OpenRead(FullPath);

    /// <summary>All lines of the file, decoded as UTF-8.</summary>
    public IReadOnlyList<string> ReadAllLines() => File.ReadAllLines(FullPath);
}
