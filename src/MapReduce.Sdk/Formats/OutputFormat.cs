namespace MapReduce.Sdk;

/// <summary>Where results are written: the job's output folder, or a named folder or file in it. All outputs of a job appear together.</summary>
public sealed class OutputTarget
{
    internal OutputTarget(string name) => Name = name;

    /// <summary>The name under the job's output folder; empty for the folder itself.</summary>
    public string Name { get; }

    /// <summary>The file that holds the whole output instead of a folder of parts; null for parts. Needs a single partition.</summary>
    public string? FileName { get; private set; }

    /// <summary>The compression of the files.</summary>
    public OutputCompression Compression { get; private set; }

    /// <summary>What the names of its parts end with.</summary>
    internal string FileSuffix => Compression switch
    {
        OutputCompression.Gzip => ".gz",
        OutputCompression.Zstandard => ".zst",
        _ => "",
    };

    /// <summary>The same target written as one file named <paramref name="fileName"/> rather than as parts.</summary>
    /// <param name="fileName">The name below the job's output folder, whatever the name of this target; folders in it are divided by '/'.</param>
    /// <exception cref="JobException">The name leads out of the output folder, names no file, or one that the run writes itself.</exception>
    public OutputTarget AsFile(string fileName) => new(Name) { FileName = OutputPlaces.OfFile(fileName), Compression = Compression };

    /// <summary>The same target with compressed files.</summary>
    public OutputTarget Compressed(OutputCompression compression) => new(Name) { FileName = FileName, Compression = compression };
}

/// <summary>How output files are compressed.</summary>
public enum OutputCompression
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>gzip, with the suffix <c>.gz</c>.</summary>
    Gzip,

    /// <summary>Zstandard, with the suffix <c>.zst</c>.</summary>
    Zstandard,
}

/// <summary>How a pair becomes bytes of an output file.</summary>
internal abstract class OutputFormat<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public abstract void Write(scoped TKey key, scoped TValue value, ByteWriter writer);
}
