using MapReduce.Storage;

namespace MapReduce.Confinement;

/// <summary>What stays shut in a folder that is opened.</summary>
/// <param name="never">Full paths without links that nothing opens.</param>
/// <param name="unlessNamed">Those that are opened by their own names, or by what lies in them, and not by a folder above.</param>
/// <param name="hiding">Folders whose entries that begin with one of some texts are <paramref name="unlessNamed"/>, too.</param>
public sealed class Reserve(IReadOnlyList<string> never, IReadOnlyList<string> unlessNamed, IReadOnlyList<(string Folder, string Beginning)> hiding)
{
    /// <summary>Whether a path is, or lies in, what nothing opens.</summary>
    public bool IsNever(string path) => never.Any(kept => IsInside(path, kept));

    /// <summary>What there is of a folder that may be opened: the folder itself, or what is in it and does not stay shut.</summary>
    /// <remarks>Rights hold for a folder with all below it, and are never taken back there, so what shares a folder with something that stays shut is opened by itself. What is made beside it later is not open.</remarks>
    /// <param name="path">A file or a folder, by its full path without links.</param>
    /// <param name="rights">What is allowed.</param>
    /// <param name="children">Lists the files and folders in a folder, without links.</param>
    public IEnumerable<Opening> Open(string path, Rights rights, Func<string, IEnumerable<string>> children)
    {
        if (IsNever(path)) return [];
        if (!IsAbove(path)) return [new Opening(path, rights)];
        return children(path).Where(child => !StaysShut(child)).SelectMany(child => Open(child, rights, children));
    }

    private bool IsAbove(string folder)
        => never.Concat(unlessNamed).Any(kept => kept.Length > folder.Length && IsInside(kept, folder)) || hiding.Any(hidden => IsInside(hidden.Folder, folder));

    // Folders with thousands of entries are gone through, and few share even the beginning of their names with what stays shut.
    private static bool IsInside(string path, string folder) => path.StartsWith(folder, StringComparison.Ordinal) && LocalPath.IsInside(path, folder);

    private bool StaysShut(string child)
        => unlessNamed.Contains(child, StringComparer.Ordinal) || hiding.Any(hidden => Path.GetDirectoryName(child) == hidden.Folder && Path.GetFileName(child).StartsWith(hidden.Beginning, StringComparison.Ordinal));
}
