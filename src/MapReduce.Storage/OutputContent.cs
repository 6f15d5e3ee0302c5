namespace MapReduce.Storage;

/// <summary>A published output, compared with its manifest.</summary>
public static class OutputContent
{
    /// <summary>The files of an output that are not as the job wrote them. Reads every byte.</summary>
    /// <param name="output">The output folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <exception cref="StorageException">The storage cannot be asked now.</exception>
    public static IEnumerable<DamagedFile> FindDamaged(string output, OutputManifest manifest)
    {
        foreach (var file in manifest.Files)
        {
            var path = Path.Combine(output, file.Name);
            if (Fault(path, file) is { } fault) yield return new DamagedFile(file.Name, fault);
        }
    }

    private static string? Fault(string path, ManifestFile file)
    {
        try
        {
            return FinishedFile.Fault(path, file.Bytes, file.Hash);
        }
        catch (Exception exception) when (Failures.IsOfFileSystem(exception))
        {
            throw Failures.Reading(path, exception);
        }
    }
}
