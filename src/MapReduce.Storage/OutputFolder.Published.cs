namespace MapReduce.Storage;

public sealed partial class OutputFolder
{
    /// <summary>Opens a file of a published output for whoever asks for it by name.</summary>
    /// <param name="output">The output folder, with its full path. It may be a link.</param>
    /// <param name="name">The file's path below it, with '/' between folders.</param>
    /// <returns>The file; null where the output has none of that name. A link is none: it may lead to what only the reader's own user may see.</returns>
    /// <exception cref="StorageException">It may not be read.</exception>
    public static FileStream? OpenPublished(string output, string name)
    {
        var path = Path.GetFullPath(Path.Combine(output, name));
        if (!LocalPath.IsInside(path, output) || !File.Exists(path) || Links.Between(output, path) is not null) return null;
        FileStream file;
        try
        {
            file = PlainFile.Open(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException || exception.HResult == UnixCalls.NoDevice)
        {
            return null;
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            throw Failures.Reading(path, exception);
        }
        if (file.CanSeek && IsBelow(output, path, file)) return file;
        file.Dispose();
        return null;
    }

    /// <summary>Whether no link has led to what is open: one may have taken the place of the file, or of a folder above it, after the look at them.</summary>
    private static bool IsBelow(string output, string path, FileStream file)
        => PlainFile.PlaceOf(file) is { } place ? place == Path.Combine(LocalPath.FollowLinks(output), Path.GetRelativePath(output, path)) : Links.Between(output, path) is null;
}
