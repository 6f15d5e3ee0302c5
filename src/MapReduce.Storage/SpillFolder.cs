namespace MapReduce.Storage;

/// <summary>The folder of one job for intermediate data below a spill folder that a user has named, owned by this process as long as it lives.</summary>
/// <remarks>It is <c>mr-JOB</c>, and in it <c>_owner</c> names the process. A crash leaves it; <see cref="CleanLeftovers"/> removes it before the next run.</remarks>
public sealed class SpillFolder
{
    private const string Prefix = "mr-";
    private const int JobDigits = 32;

    private readonly StagingOwner owner;

    private SpillFolder(string path, StagingOwner owner)
    {
        Path = path;
        this.owner = owner;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes the folder of a job.</summary>
    /// <param name="parent">The folder that the user has named.</param>
    /// <param name="job">The job's id, 32 hexadecimal digits.</param>
    /// <exception cref="StorageException">It cannot be made.</exception>
    public static SpillFolder Make(string parent, string job)
    {
        var path = System.IO.Path.Combine(LocalPath.Of(parent), Prefix + job);
        StagingOwner? owner = null;
        Failures.Writing(path, () => owner = StagingOwner.Sign(path, job));
        return new SpillFolder(path, owner!);
    }

    /// <summary>Removes the folders of jobs whose processes have ended. What bears another name, or is not signed by any process, is left: others may use the same place.</summary>
    /// <param name="parent">The folder that the user has named.</param>
    /// <returns>The folders removed. One that may not be removed is left.</returns>
    public static IReadOnlyList<string> CleanLeftovers(string parent)
    {
        var removed = new List<string>();
        foreach (var folder in Candidates(LocalPath.Of(parent)))
        {
            if (StagingOwner.TakeOver(folder) is not { } left)
            {
                // Whoever made it died before it was signed, and it was empty.
                if (!Directory.Exists(folder)) removed.Add(folder);
                continue;
            }
            if (left.Delete()) removed.Add(folder);
        }
        return removed;
    }

    /// <summary>Removes the folder with all that is in it.</summary>
    /// <returns>Whether it is gone. What cannot be removed, because something still writes to it, stays for <see cref="CleanLeftovers"/>.</returns>
    public bool Remove() => owner.Delete();

    private static List<string> Candidates(string parent)
    {
        try
        {
            return [.. Directory.EnumerateDirectories(parent, Prefix + "*").Where(IsOfJob)];
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            // It is not there, or may not be listed: whoever writes to it says so.
            return [];
        }
    }

    private static bool IsOfJob(string folder)
    {
        var job = System.IO.Path.GetFileName(folder.AsSpan())[Prefix.Length..];
        if (job.Length != JobDigits || job.ContainsAnyExcept("0123456789abcdef")) return false;
        return StagingOwner.IsSigned(folder) || !Directory.EnumerateFileSystemEntries(folder).Any();
    }
}
