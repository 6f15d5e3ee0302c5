using System.Text;

namespace MapReduce.Worker.Blobs;

/// <summary>The names in a package. Each leads to a place below the folder that the package is unpacked into, and no two to the same: what cannot be unpacked is the sender's fault, and no node's.</summary>
internal static class PackageNames
{
    private const int MostBytes = 1024;
    private const int MostBytesOfPart = 255;
    private const int MostShown = 100;
    private const char Separator = '\0';

    /// <summary>Checks the names of all entries; those that end with a slash are folders.</summary>
    /// <exception cref="BlobException">A name leads elsewhere, is none that a file can have, or is in the way of another.</exception>
    public static void Check(IEnumerable<string> names)
    {
        // The separator sorts before everything else, so what lies in a folder follows right after the folder's own name.
        var entries = names.Select(Read).OrderBy(entry => entry.Path, StringComparer.Ordinal).ToList();
        foreach (var (entry, next) in entries.Zip(entries.Skip(1)))
        {
            if (next.Path == entry.Path) throw Refused(next.Name, "which is there twice");
            if (!entry.IsFolder && next.Path.StartsWith(entry.Path + Separator, StringComparison.Ordinal)) throw Refused(entry.Name, "which is a file and a folder at once");
        }
    }

    private static Entry Read(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) > MostBytes) throw Refused(name, $"a name of more than {MostBytes} bytes");
        // Some programs write names as Windows does.
        var parts = name.Split('/', '\\');
        if (Path.IsPathRooted(name) || parts.Contains("..") || name.Contains(':', StringComparison.Ordinal)) throw Refused(name, "which leads out of its folder");
        var isFolder = parts.Length > 1 && parts[^1].Length == 0;
        if (isFolder) parts = parts[..^1];
        if (parts.Any(part => part is "" or ".") || name.Contains(Separator, StringComparison.Ordinal)) throw Refused(name, "which is no path of a file");
        if (parts.Any(part => Encoding.UTF8.GetByteCount(part) > MostBytesOfPart)) throw Refused(name, $"which has a part of more than {MostBytesOfPart} bytes");
        return new Entry(name, string.Join(Separator, parts), isFolder);
    }

    private static BlobException Refused(string name, string why)
        => new(BlobError.Damaged, $"The package holds '{(name.Length > MostShown ? $"{name[..MostShown]}…" : name)}', {why}. It is refused; make the package again with mr submit.");

    private readonly record struct Entry(string Name, string Path, bool IsFolder);
}
