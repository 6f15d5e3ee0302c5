using MapReduce.Storage;

namespace MapReduce.Cli.Cat;

/// <summary><c>mr cat</c>: writes an output to standard output, its parts merged in key order, and compares every byte of them with what the job wrote.</summary>
internal static class CatVerb
{
    public static ExitCode Run(CatOptions options)
    {
        if (options.Output is null) throw new UserException(ExitCode.Usage, "Which output? Name the folder that a job has written: mr cat FOLDER.");
        var manifestPath = Path.Combine(options.Output, OutputFolder.ManifestName);
        if (!File.Exists(manifestPath))
            throw new UserException(ExitCode.Input, $"'{options.Output}' is not the output of a job: it has no {OutputFolder.ManifestName}. Name the folder given with --output.");
        var manifest = OutputManifest.Read(manifestPath);
        var (layout, files) = Find(manifest, options);
        var parts = files.Select(file => (Path: Path.Combine(options.Output, file.Name), File: file)).ToList();
        foreach (var (path, file) in parts)
        {
            if (!File.Exists(path)) throw new UserException(ExitCode.Input, $"'{path}' is missing, though the job wrote it. Run the job again.");
            if (new FileInfo(path).Length is var length && length != file.Bytes)
                throw new UserException(ExitCode.Input, $"'{path}' is damaged: it has {length} bytes, and had {file.Bytes} when the job wrote it. Run the job again.");
        }
        using var output = Console.OpenStandardOutput();
        try
        {
            if (parts.Count > 1 && layout is { Ranges: false, Key: { } columns }) Merge(parts, columns, output);
            else foreach (var (path, file) in parts) Copy(path, file, output);
        }
        catch (IOException)
        {
            // The reader of a pipe, such as head, has seen enough.
        }
        return ExitCode.Success;
    }

    private static (OutputLayout? Layout, IReadOnlyList<ManifestFile> Files) Find(OutputManifest manifest, CatOptions options)
    {
        var name = options.Name ?? "";
        if (manifest.Outputs.FirstOrDefault(output => output.Name == name) is { } layout)
        {
            var prefix = name.Length == 0 ? "part-" : $"{name}/part-";
            return (layout, [.. manifest.Files.Where(file => file.Name.StartsWith(prefix, StringComparison.Ordinal))]);
        }
        if (manifest.Files.FirstOrDefault(file => file.Name == name) is { } single) return (null, [single]);
        var names = manifest.Outputs.Select(output => output.Name)
            .Concat(manifest.Files.Select(file => file.Name).Where(file => !file.Contains('/', StringComparison.Ordinal) && !file.StartsWith("part-", StringComparison.Ordinal)))
            .Where(other => other.Length > 0).Order(StringComparer.Ordinal);
        throw new UserException(ExitCode.Usage, name.Length == 0
            ? $"'{options.Output}' has several outputs. Choose one with --name: {string.Join(", ", names)}."
            : $"'{options.Output}' has no output '{name}'. It has: {string.Join(", ", names)}.");
    }

    private static void Copy(string path, ManifestFile file, Stream output)
    {
        using var input = new PartStream(path, file);
        var buffer = new byte[1 << 20];
        for (int read; (read = input.Read(buffer)) > 0;) output.Write(buffer, 0, read);
    }

    private static void Merge(List<(string Path, ManifestFile File)> parts, IReadOnlyList<string> columns, Stream output)
    {
        using var buffered = new BufferedStream(output, 1 << 18);
        var readers = parts.Select((part, index) => new RowReader(new PartStream(part.Path, part.File), index)).ToList();
        try
        {
            var queue = new PriorityQueue<RowReader, RowReader>(new RowOrder(columns));
            foreach (var reader in readers)
                if (reader.MoveNext()) queue.Enqueue(reader, reader);
            // A reader must be out of the queue while its row, by which it is placed there, changes.
            while (queue.TryDequeue(out var reader, out _))
            {
                buffered.Write(reader.Row);
                buffered.WriteByte((byte)'\n');
                if (reader.MoveNext()) queue.Enqueue(reader, reader);
            }
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }
}
