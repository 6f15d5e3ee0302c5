using System.Collections.Concurrent;

namespace MapReduce.Worker.Blobs;

/// <summary>The packages of jobs, unpacked once each and then shared by all executors of the node.</summary>
/// <param name="folder">The folder.</param>
/// <param name="mostContentBytes">The most bytes of a package's content.</param>
/// <param name="signers">Who must have signed a package; null for nobody.</param>
public sealed class PackageStore(string folder, long mostContentBytes, PackageSigners? signers = null)
{
    private const string Unfinished = ".new";

    private readonly ConcurrentDictionary<string, Content> contents = [];

    /// <summary>Unpacks a package where that has not been done, and keeps it until the result is disposed of.</summary>
    /// <param name="digest">The package's digest.</param>
    /// <param name="file">Its file.</param>
    /// <exception cref="BlobException">It is no package, an evil one, or not signed as it should be.</exception>
    public UnpackedPackage Use(string digest, string file)
    {
        var content = ContentOf(digest);
        lock (content)
        {
            Admit(content, file);
            var target = Path.Combine(folder, digest);
            if (!Directory.Exists(target)) Volatile.Write(ref content.Bytes, Unpack(digest, file, target));
            content.Users++;
            return new UnpackedPackage(target, () => End(content));
        }
    }

    /// <summary>How many bytes the unpacked package has; 0 where it is not unpacked.</summary>
    public long BytesOf(string digest)
    {
        var content = ContentOf(digest);
        var bytes = Volatile.Read(ref content.Bytes);
        // Unpacked in an earlier life of the node, or not at all.
        if (bytes == 0 && (bytes = Measure(Path.Combine(folder, digest))) > 0) Volatile.Write(ref content.Bytes, bytes);
        return bytes;
    }

    /// <summary>Removes an unpacked package that nobody uses.</summary>
    /// <returns>Whether it is gone; not where it is in use, or is being unpacked.</returns>
    public bool Remove(string digest)
    {
        var content = ContentOf(digest);
        if (!Monitor.TryEnter(content)) return false;
        try
        {
            if (content.Users > 0) return false;
            foreach (var unpacked in (string[])[Path.Combine(folder, digest), Path.Combine(folder, digest + Unfinished)])
                if (Directory.Exists(unpacked)) Directory.Delete(unpacked, recursive: true);
            Volatile.Write(ref content.Bytes, 0);
            return true;
        }
        finally
        {
            Monitor.Exit(content);
        }
    }

    /// <summary>The digests of what is there, unpacked or, from a node that was killed, half unpacked.</summary>
    public IReadOnlyCollection<string> All()
        => Directory.Exists(folder) ? Directory.GetDirectories(folder).Select(path => Path.GetFileName(path)!).Select(name => name.EndsWith(Unfinished, StringComparison.Ordinal) ? name[..^Unfinished.Length] : name).ToHashSet() : [];

    private static void End(Content content)
    {
        lock (content) content.Users--;
    }

    /// <summary>Looks at the signature once: what is unpacked already may have been when the node asked for none.</summary>
    private void Admit(Content content, string file)
    {
        if (content.IsAdmitted || signers is not { AreAnybody: false }) return;
        PackageArchive.Check(file, mostContentBytes, signers);
        content.IsAdmitted = true;
    }

    private Content ContentOf(string digest) => contents.GetOrAdd(digest, _ => new Content());

    private long Unpack(string digest, string file, string target)
    {
        var temporary = Path.Combine(folder, digest + Unfinished);
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        Directory.CreateDirectory(temporary);
        try
        {
            PackageArchive.Extract(file, temporary, mostContentBytes);
            var bytes = Measure(temporary);
            Directory.Move(temporary, target);
            return bytes;
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    private static long Measure(string unpacked) => Directory.Exists(unpacked) ? new DirectoryInfo(unpacked).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;

    private sealed class Content
    {
        /// <summary>How many executors may load from it.</summary>
        public int Users;

        /// <summary>Whether its signature is one that the node takes.</summary>
        public bool IsAdmitted;

        /// <summary>How many bytes are unpacked; 0 where that was not looked at.</summary>
        public long Bytes;
    }
}

/// <summary>A package that is unpacked, and stays so until this is disposed of.</summary>
/// <param name="folder">The folder with its content.</param>
/// <param name="end">Called once, at the end of its use.</param>
public sealed class UnpackedPackage(string folder, Action end) : IDisposable
{
    private Action? end = end;

    /// <summary>The folder with its content.</summary>
    public string Folder => folder;

    /// <summary>Whether a name is one of a file that lies directly in the folder: whoever submits a job names its assembly, and what lies elsewhere nobody has checked or signed.</summary>
    public static bool IsFileName(string name) => name is not ("" or "." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;

    /// <summary>The path of a file that lies directly in the folder.</summary>
    /// <exception cref="BlobException">The name leads elsewhere.</exception>
    public string PathOf(string name)
        => IsFileName(name) ? Path.Combine(folder, name) : throw new BlobException(BlobError.Damaged, $"The assembly of the job is '{name}', which is no name of a file of its package. Submit the job again with mr submit.");

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref end, null)?.Invoke();
}
