using System.Runtime.InteropServices;
using MapReduce.Confinement;
using MapReduce.Protocol.Work;
using MapReduce.Storage;

namespace MapReduce.Worker.Executors;

/// <summary>What executors of a node reach of its machine.</summary>
/// <remarks>
/// An executor in waiting knows no job yet, and rights only shrink: it gets those to the node's storage, packages, plans and jobs, and serves any job that needs no more. A job that does, because a folder that it names was
/// made since or lies apart, gets an executor that is started for it.
/// </remarks>
internal sealed class ExecutorReach
{
    private const Rights Data = Rights.Read | Rights.List;
    private const Rights Change = Data | Rights.Write;

    private static readonly IReadOnlyList<string> Programs = [AppContext.BaseDirectory, OfRuntime(RuntimeEnvironment.GetRuntimeDirectory()), .. Listed("DOTNET_ROOT"), .. Listed("LD_LIBRARY_PATH")];

    private readonly WorkerSettings settings;
    private readonly NodeFolders folders;
    private readonly List<string> programs;
    private readonly Reserve nodes;
    private readonly Reserve data;

    public ExecutorReach(WorkerSettings settings)
    {
        this.settings = settings;
        folders = new NodeFolders(settings.Folder);
        programs = [.. Programs.Concat(settings.ExecutorCommand.Select(FolderOfProgram).OfType<string>()).Select(Real).Distinct(StringComparer.Ordinal)];
        List<string> never = [.. settings.Confinement.Closed.Append(settings.Folder).Select(Real)];
        nodes = new Reserve(never, [], []);
        List<(string, string)> hiding = [.. MachinePlaces.Debugging.Select(beginning => (Real(Path.GetTempPath()), beginning))];
        // What begins with a dot at home are keys, and settings of programs that run what stands in them.
        if (Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home) hiding.Add((Real(home), "."));
        data = new Reserve(never, [.. MachinePlaces.OfTheSystem, .. programs], hiding);
    }

    /// <summary>Whether executors are kept from anything.</summary>
    public bool Confines => settings.Confinement.Isolation != Isolation.None && Kernel.Here.Landlock > 0;

    /// <summary>What the command line of an executor says of its confinement.</summary>
    public IReadOnlyList<string> Steps
    {
        get
        {
            if (settings.Confinement.Isolation == Isolation.None || !Kernel.Here.IsLinux) return [];
            return [Confines ? ExecutorSteps.Confine : ExecutorSteps.Seal, settings.Confinement.Network ? ExecutorSteps.WithNetwork : ExecutorSteps.WithoutNetwork];
        }
    }

    /// <summary>What an executor reaches that is started now.</summary>
    /// <param name="own">Its own folder for temporary files.</param>
    /// <param name="needed">What its job needs; nothing for one that waits for any job.</param>
    public Reach Of(string own, IReadOnlyList<Opening> needed)
    {
        if (!Confines) return new Reach([]);
        List<Opening> openings = [.. MachinePlaces.Readable.Select(Real).Concat(programs).SelectMany(place => nodes.Open(place, Data, Children)), .. MachinePlaces.Devices.Select(device => new Opening(device, Rights.Read | Rights.Write))];
        openings.Add(new Opening(Real(own), Change | Rights.Special));
        // Whoever knows a digest has what it stands for.
        openings.Add(new Opening(Made(folders.Blobs), Rights.Read));
        if (!settings.Confinement.IsStrict)
        {
            openings.Add(new Opening(Made(folders.Packages), Data));
            openings.Add(new Opening(Made(folders.Jobs), Change));
            openings.AddRange(settings.Confinement.Storage.Select(Real).SelectMany(root => data.Open(root, Change, Children)));
        }
        openings.AddRange(needed);
        return new Reach(openings);
    }

    /// <summary>What a job needs beyond what each needs.</summary>
    /// <param name="job">The job.</param>
    /// <param name="order">What it is.</param>
    /// <param name="package">The folder of its package.</param>
    /// <exception cref="ExecutorException">It names what no job may reach on this node.</exception>
    public IReadOnlyList<Opening> OfJob(string job, JobOrder order, string package)
    {
        if (!Confines) return [];
        List<Opening> needed = [];
        foreach (var folder in (string[])[order.Staging, order.Shared]) needed.AddRange(nodes.Open(Permitted(folder, "output"), Change, Children));
        needed.AddRange(OfInputs(order.Inputs));
        if (settings.Confinement.IsStrict)
        {
            needed.Add(new Opening(Real(package), Data));
            needed.Add(new Opening(Made(folders.Job(job)), Change));
        }
        return [.. needed.Distinct()];
    }

    /// <summary>Of an input that is a file its folder is opened, because a file that is replaced is another one; of a glob the last folder that it names.</summary>
    private IEnumerable<Opening> OfInputs(IEnumerable<string> inputs)
    {
        // Thousands of files may lie in one folder. Whether all of it is open is noted.
        var opened = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var path in inputs.Select(PlaceOf).OfType<string>())
        {
            var isFile = File.Exists(path);
            var folder = isFile ? Path.GetDirectoryName(path)! : path;
            if (!opened.TryGetValue(folder, out var isWhole))
            {
                var real = Permitted(folder, "input");
                foreach (var opening in data.Open(real, Data, Children))
                {
                    isWhole |= opening.Path == real;
                    yield return opening;
                }
                opened[folder] = isWhole;
            }
            // What is named is read or listed, whatever lies beside it and stays shut.
            if (!isWhole) yield return new Opening(Permitted(path, "input"), isFile ? Rights.Read : Rights.List);
        }
    }

    /// <summary>The file or folder that an input leads to; null for what is not there or makes no sense, as whoever reads it says.</summary>
    private static string? PlaceOf(string input)
    {
        try
        {
            var path = LocalPath.Of(input);
            while (path is not null && !Path.Exists(path) && path.AsSpan().IndexOfAny('*', '?') >= 0) path = Path.GetDirectoryName(path);
            if (!Path.Exists(path)) return null;
            return new FileInfo(path).LinkTarget is null ? path : Real(path);
        }
        catch (StorageException)
        {
            return null;
        }
    }

    private string Permitted(string path, string what)
    {
        var real = Real(path);
        if (nodes.IsNever(real))
            throw new ExecutorException(FailureKind.Definition, $"The {what} '{path}' lies where nodes keep their keys, journals and files, and no job may read or write there: {settings.Node} says so by mapreduce.executor.closed and the places of its own files. Choose another place.");
        if (!settings.Confinement.Storage.Any(root => LocalPath.IsInside(real, Real(root))))
            throw new ExecutorException(FailureKind.Definition, $"The {what} '{path}' is not below a folder that mapreduce.executor.storage of {settings.Node} names: {string.Join(", ", settings.Confinement.Storage)}. Choose a place below one of them, or ask whoever runs the nodes to name its folder.");
        return real;
    }

    private static string Made(string folder) => Real(Directory.CreateDirectory(folder).FullName);

    private static string Real(string path) => LocalPath.FollowLinks(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static IEnumerable<string> Children(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)).Select(entry => entry.FullName)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is gone, or the node may not list it.
            return [];
        }
    }

    private static string? FolderOfProgram(string word)
    {
        string[] places = word.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? [""] : [.. Listed("PATH")];
        return places.Select(place => Path.Combine(place, word)).FirstOrDefault(File.Exists) is { } file ? Path.GetDirectoryName(Real(file)) : null;
    }

    private static IEnumerable<string> Listed(string variable) => (Environment.GetEnvironmentVariable(variable) ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The folder of .NET, with its programs and all runtimes; of a program that carries its own, that of the program.</summary>
    private static string OfRuntime(string folder)
    {
        const string Shared = "shared";
        var root = new DirectoryInfo(folder).Parent?.Parent;
        return root?.Name == Shared ? root.Parent!.FullName : folder;
    }
}
