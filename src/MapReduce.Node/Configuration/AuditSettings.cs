using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>Where a node writes who has changed what.</summary>
/// <param name="File">The file.</param>
/// <param name="Bytes">Its size beyond which a new one begins.</param>
/// <param name="Files">How many there are, that one and older ones.</param>
public sealed record AuditSettings(string File, long Bytes, int Files)
{
    private const string Name = "audit.log";
    private const int MostFiles = 1000;

    /// <summary>All of them, the newest first, whether they are there or not.</summary>
    internal IEnumerable<string> All => Enumerable.Range(0, Files).Select(FileOf);

    /// <summary>The file that lines are added to, and older ones.</summary>
    /// <param name="age">How many are newer.</param>
    internal string FileOf(int age) => age == 0 ? File : $"{File}.{age}";

    /// <summary>Reads <c>mapreduce.audit</c>.</summary>
    /// <exception cref="ConfigurationException">A setting makes no sense.</exception>
    internal static AuditSettings Read(Config config, string folder)
    {
        var file = Path.GetFullPath(config.GetString("file") is { Length: > 0 } named ? named : Path.Combine(folder, Name));
        // That of the node is made when it starts.
        if (Path.GetDirectoryName(file) is var place && place != Path.TrimEndingDirectorySeparator(folder) && !Directory.Exists(place))
            throw new ConfigurationException($"There is no folder '{place}' for the audit log (mapreduce.audit.file). Make it, so that the node's user may write there, or name another file.");
        var files = config.GetInt("files");
        if (files is < 1 or > MostFiles) throw new ConfigurationException($"mapreduce.audit.files is {files}. It may be from 1 to {MostFiles}.");
        var bytes = config.GetByteSize("size") ?? 0;
        return bytes > 0 ? new AuditSettings(file, bytes, files) : throw new ConfigurationException("mapreduce.audit.size is no size. Write it as 16MiB.");
    }
}
