using MapReduce.Node.Configuration;

namespace MapReduce.Node.Security;

/// <summary>Files and folders that only their owner may read. On Windows they have the rights of the folder that they are in.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Makes a folder that nobody else may enter. One that is there keeps its rights.</summary>
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnersFolder);
    }

    /// <summary>Writes a file, in place of one that may be there, whole or not at all.</summary>
    public static void Write(string file, string text)
    {
        var whole = $"{file}.new";
        // One that was left would keep its rights.
        File.Delete(whole);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnersFile;
        using (var writer = new StreamWriter(whole, options)) writer.Write(text);
        File.Move(whole, file, overwrite: true);
    }

    /// <summary>Whether others than its owner may read or write a file, or look into a folder.</summary>
    internal static bool IsOpen(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0;

    /// <summary>Refuses a secret that others may read or write.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="what">What it is called.</param>
    /// <exception cref="ConfigurationException">They may.</exception>
    public static void Require(string file, string what)
    {
        if (IsOpen(file))
            throw new ConfigurationException($"Others than its owner may read or write the {what} '{file}'. Take that right away: chmod 600 '{file}'.");
    }
}
