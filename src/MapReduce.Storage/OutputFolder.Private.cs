namespace MapReduce.Storage;

// Where a finished file is, its attempt says, which runs code of users. Without these checks a report alone would bring any file of the node's user into the output, or put a file of the
// job in the place of any. A hard link looks like the file itself: where executors are not confined, code that runs as the node's user can still make one of any file of that user on the same
// file system, and exchange a file between the look at it and the rename.
public sealed partial class OutputFolder
{
    private const string PrivateName = "private";
    private const int LongestFileName = 255;
    private const int LongestQuote = 300;

    /// <summary>Checks that a file that an attempt names as finished is one of the private folder, and that no link leads there.</summary>
    /// <param name="privatePath">Where it was finished.</param>
    /// <param name="name">Its path below the output folder, for the message.</param>
    /// <exception cref="StorageException">It lies elsewhere, or it or a folder on the way to it is a link.</exception>
    public void CheckPrivate(string privatePath, string name) => CheckPrivate(Staging, privatePath, name);

    /// <summary>The same for a staging folder that is not opened.</summary>
    internal static void CheckPrivate(string staging, string privatePath, string name)
    {
        var folder = Path.Combine(staging, PrivateName);
        var file = Path.GetFileName(privatePath);
        if (privatePath != Path.Combine(folder, file) || file.Length > LongestFileName || file.Contains('\0', StringComparison.Ordinal) || file is "." or "..")
            throw Refused(name, $"its task says that it is '{Quoted(privatePath)}', which is no file of '{folder}'");
        if (LinkTo(staging, privatePath) is { } link) throw RefusedLink(name, link);
    }

    /// <summary>A file of the output that is never published.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="why">Why not, as the end of a sentence.</param>
    internal static StorageException Refused(string name, string why)
        => new(StorageError.InvalidPath, $"The file '{Quoted(name)}' of the output cannot be published: {why}. The code of the job has made it so, or something beside the job has.");

    /// <summary>Checks that no link leads to what is placed. In an old output, which is there once the new one has been exchanged for it, there may be some.</summary>
    private void CheckPlaced(string path, string name)
    {
        if (LinkTo(Staging, path) is { } link && OutputPlace.Writer(Target) != job) throw RefusedLink(name, link);
    }

    /// <summary>As much of a text from a task as a message has room for.</summary>
    private static string Quoted(string text) => text.Length <= LongestQuote ? text : $"{text.AsSpan(0, LongestQuote)}…";

    private static string? LinkTo(string staging, string path) => Links.Between(Path.GetDirectoryName(staging)!, path);

    private static StorageException RefusedLink(string name, string link) => Refused(name, $"'{link}' is a link, which may lead anywhere");
}
