using System.Globalization;

namespace MapReduce.Storage;

/// <summary>The file <c>_owner</c> in a staging folder, or in one for intermediate data: it says who writes there, and whether that process still lives.</summary>
/// <remarks>
/// <para>Lines of <c>key value</c>: <c>job</c>, <c>machine</c>, <c>process</c> (id) and <c>started</c> (seconds since 1970, UTC).</para>
/// <para>
/// The owner keeps the file locked (flock) as long as it lives, which no crash can outlast and which works between containers. Because some
/// file systems know no locks, on the same machine the process must be gone as well. So a folder is taken for a leftover only when every
/// sign says so.
/// </para>
/// <para>A line <c>cluster</c> instead says that the folder belongs to a cluster, whose master may move to another process at any time.</para>
/// </remarks>
internal sealed class StagingOwner : IDisposable
{
    private const string FileName = "_owner";
    private const string SharedMark = "cluster";
    private const string NewSuffix = ".new";

    /// <summary>What a folder may allow that nobody but its user and group may enter; the umask takes more away.</summary>
    private const UnixFileMode NotForOthers = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    private readonly FileStream? file;
    private readonly string path;

    private StagingOwner(FileStream file)
    {
        this.file = file;
        path = file.Name;
    }

    private StagingOwner(string path) => this.path = path;

    /// <summary>Makes a staging folder and signs it.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public static StagingOwner Sign(string staging, string job)
    {
        // Whoever cleans leftovers may take the folder for one until it is signed. It then removes it whole, so this only has to begin again.
        for (var tries = 0; ; tries++)
        {
            Make(staging);
            try
            {
                var file = new FileStream(Path.Combine(staging, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
                if (!File.Exists(file.Name) && tries < 100)
                {
                    file.Dispose();
                    continue;
                }
                Write(file, job);
                return new StagingOwner(file);
            }
            catch (IOException) when (tries < 100)
            {
                Thread.Yield();
            }
        }
    }

    /// <summary>Makes a staging folder of a cluster, whose journal says what becomes of it: no process owns it, and nobody cleans it up but that cluster.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    public static StagingOwner Share(string staging, string job)
    {
        Make(staging);
        var path = Path.Combine(staging, FileName);
        var text = $"job {job}\n{SharedMark}\n";
        if (!Says(path, text))
        {
            // A pipe or a link that code of the job has put there would be waited for, or written through.
            File.Delete(path + NewSuffix);
            // Never for a moment without its content: on a full disk it would stay so, and be taken for a leftover.
            File.WriteAllText(path + NewSuffix, text);
            File.Move(path + NewSuffix, path, overwrite: true);
        }
        return new StagingOwner(path);
    }

    /// <summary>Whether a folder says who owns it.</summary>
    public static bool IsSigned(string staging) => File.Exists(Path.Combine(staging, FileName));

    /// <summary>Takes over a staging folder whose owner has ended; null while it lives or where the folder is gone.</summary>
    public static StagingOwner? TakeOver(string staging)
    {
        // No job has made it, and what it leads to is not ours to remove.
        if (new DirectoryInfo(staging).LinkTarget is not null) return null;
        try
        {
            var path = Path.Combine(staging, FileName);
            var isSigned = File.Exists(path);
            if (!isSigned)
            {
                // Not yet signed, and then empty; or a cleaning that was cut short.
                if (!Directory.EnumerateFileSystemEntries(staging).Any())
                {
                    Directory.Delete(staging);
                    return null;
                }
            }
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            if (!file.CanSeek)
            {
                // No file, but a pipe, which says nothing.
                file.Dispose();
                return null;
            }
            // Emptied by a crash or a full disk, it says nothing, and what lies beside it may be a job's whole work.
            var saysNothing = isSigned && file.Length == 0 && Directory.EnumerateFileSystemEntries(staging).Any(entry => entry != path);
            if (!saysNothing && !IsAlive(file)) return new StagingOwner(file);
            file.Dispose();
            return null;
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            // Locked, or not ours to touch.
            return null;
        }
    }

    /// <summary>Removes the folder, unless it is gone already, and gives it up.</summary>
    /// <returns>Whether it is gone. What cannot be removed, because something still writes to it, stays.</returns>
    public bool Delete()
    {
        var staging = Path.GetDirectoryName(path)!;
        try
        {
            if (Directory.Exists(staging)) DeleteFolder(staging);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            return false;
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Gives the folder up.</summary>
    public void Dispose() => file?.Dispose();

    /// <summary>The marker goes last and stays locked until then, so that nobody else starts on what is half gone.</summary>
    private void DeleteFolder(string staging)
    {
        foreach (var child in Directory.EnumerateFileSystemEntries(staging).Where(child => child != path).ToList())
        {
            // An old output may be a link; what it leads to is not ours.
            if (Directory.Exists(child)) Directory.Delete(child, recursive: new DirectoryInfo(child).LinkTarget is null);
            else File.Delete(child);
        }
        // Windows deletes no open file.
        if (OperatingSystem.IsWindows()) file?.Dispose();
        File.Delete(path);
        Directory.Delete(staging);
    }

    /// <summary>Makes the folder so that others see nothing of a job's data before it is published. What is published has a folder of its own in it, with the mode that the umask gives.</summary>
    private static void Make(string staging)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(staging);
        else Directory.CreateDirectory(staging, NotForOthers);
    }

    /// <summary>Whether a file has this content and no other. What is no file has none, and is not waited for.</summary>
    private static bool Says(string path, string text)
    {
        if (!File.Exists(path)) return false;
        using var file = PlainFile.Open(path);
        if (!file.CanSeek) return false;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd() == text;
    }

    private static void Write(FileStream file, string job)
    {
        var self = ProcessIdentity.Current;
        file.SetLength(0);
        file.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"job {job}\nmachine {Environment.MachineName}\nprocess {self.Id}\nstarted {self.Started}\n")));
        file.Flush();
    }

    private static bool IsAlive(FileStream file)
    {
        var text = new StreamReader(file, leaveOpen: true).ReadToEnd().Split('\n');
        if (text.Contains(SharedMark)) return true;
        var lines = text.Select(line => line.Split(' ', 2)).Where(line => line.Length == 2).ToDictionary(line => line[0], line => line[1]);
        if (lines.GetValueOrDefault("machine") != Environment.MachineName) return false;
        if (!int.TryParse(lines.GetValueOrDefault("process"), CultureInfo.InvariantCulture, out var id) || !long.TryParse(lines.GetValueOrDefault("started"), CultureInfo.InvariantCulture, out var started)) return false;
        return new ProcessIdentity(id, started).IsAlive;
    }
}
