using System.Text;
using MapReduce.Fuzz.Cases;

namespace MapReduce.Fuzz.Inputs;

/// <summary>A file as it is read.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Plan">What it was made of.</param>
/// <param name="Content">What is in it.</param>
/// <param name="Length">Its size on disk.</param>
internal sealed record InputFile(string Path, FilePlan Plan, FileContent Content, long Length);

/// <summary>The inputs of a case, written below a folder.</summary>
internal sealed class InputFiles
{
    private readonly Dictionary<int, IReadOnlyList<InputFile>> files = [];
    private readonly List<string> paths = [];

    private InputFiles()
    {
    }

    /// <summary>The paths and globs that the run is given.</summary>
    public IReadOnlyList<string> Paths => paths;

    /// <summary>How much there is to read.</summary>
    public long Bytes => files.Values.Sum(of => of.Sum(file => file.Length));

    public static InputFiles Write(Case of, string folder)
    {
        var inputs = new InputFiles();
        foreach (var (plan, input) in of.Sources)
        {
            if (input is null) continue;
            var root = Directory.CreateDirectory(Path.Combine(folder, $"input-{plan.Id}")).FullName;
            var written = input.Files.Select(file => Write(root, file, plan)).ToList();
            // A folder's files come in the byte order of their paths; those whose names begin so are no one's input.
            if (input.Style == InputStyle.Folder)
                foreach (var name in (string[])["_ignored", ".ignored"]) File.WriteAllText(Path.Combine(root, name), "not to be read\n");
            inputs.files[plan.Id] = [.. written.Select(file => (File: file, Bytes: Encoding.UTF8.GetBytes(file.Path)))
                .Order(Comparer<(InputFile File, byte[] Bytes)>.Create((left, right) => left.Bytes.AsSpan().SequenceCompareTo(right.Bytes))).Select(file => file.File)];
            inputs.paths.Add(input.Style switch
            {
                InputStyle.File => written[0].Path,
                InputStyle.Glob => Path.Combine(root, "*"),
                _ => root,
            });
        }
        return inputs;
    }

    /// <summary>The files that a source reads, in the order in which they are read.</summary>
    public IReadOnlyList<InputFile> Of(int source) => files[source];

    /// <summary>The file at a path, with the source that reads it; null where there is none.</summary>
    public (int Source, InputFile File)? At(string path)
    {
        foreach (var (source, all) in files)
            if (all.FirstOrDefault(file => file.Path == path) is { } file) return (source, file);
        return null;
    }

    private static InputFile Write(string root, FilePlan file, FuzzJobs.Plans.SourcePlan source)
    {
        var path = Path.Combine(root, file.Name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var content = FileContent.Of(file, source);
        var (bytes, lastUnit) = Packer.Pack(content.Plain, file.Packing);
        bytes = Damaging.Damaged(bytes, lastUnit, file);
        File.WriteAllBytes(path, bytes);
        return new InputFile(path, file, content, bytes.Length);
    }
}
