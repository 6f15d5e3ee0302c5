namespace MapReduce.EndToEnd.Tests;

/// <summary>A folder of a test's own.</summary>
internal sealed class Sandbox : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>Everything at the top, hidden or not.</summary>
    public IReadOnlyList<string> Names => [.. Directory.EnumerateFileSystemEntries(Path).Select(path => System.IO.Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
