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

    /// <summary>Reads <c>mapreduce.audit</c>.</summary>
    /// <exception cref="ConfigurationException">A setting makes no sense.</exception>
    internal static AuditSettings Read(Config config, string folder)
    {
        var file = config.GetString("file") is { Length: > 0 } named ? named : Path.Combine(folder, Name);
        var files = config.GetInt("files");
        if (files is < 1 or > MostFiles) throw new ConfigurationException($"mapreduce.audit.files is {files}. It may be from 1 to {MostFiles}.");
        var bytes = config.GetByteSize("size") ?? 0;
        return bytes > 0 ? new AuditSettings(Path.GetFullPath(file), bytes, files) : throw new ConfigurationException("mapreduce.audit.size is no size. Write it as 16MiB.");
    }
}
