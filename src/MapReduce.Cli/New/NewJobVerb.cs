using System.Reflection;
using System.Text.Json.Nodes;
using CommandLine;

namespace MapReduce.Cli.New;

/// <summary>The options of <c>mr new job</c>.</summary>
internal sealed class NewJobOptions
{
    [Value(0, MetaName = "NAME", HelpText = "The job's name, which is that of its class and its project.")]
    public string? Name { get; set; }

    [Option("folder", HelpText = "The folder to make. Default: one of the job's name, here.")]
    public string? Folder { get; set; }

    [Option("sdk", HelpText = "A clone of MapReduce whose projects are referenced. Default: the clone that this program was built in, or else packages.")]
    public string? Sdk { get; set; }

    [Option("packages", HelpText = "Reference packages even where this program was built in a clone.")]
    public bool Packages { get; set; }

    [Option("feed", HelpText = "A folder or an address with the packages, such as what dotnet pack writes, beside the feeds that NuGet knows.")]
    public string? Feed { get; set; }

    [Option("json", HelpText = "Write JSON.")]
    public bool Json { get; set; }
}

/// <summary><c>mr new job</c>: a project for a job, with a test and launch settings.</summary>
internal static class NewJobVerb
{
    public static ExitCode Run(NewJobOptions options)
    {
        var name = Check(options.Name);
        var folder = Path.GetFullPath(options.Folder ?? name);
        if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
            throw new UserException(ExitCode.Output, $"'{folder}' is there already, and is not empty. Choose another name, or another folder with --folder.");
        var source = SourceOf(options);
        var version = typeof(NewJobVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        JobTemplate.Write(folder, name, version, source ?? "", ProgramName());
        if (options.Feed is { } feed) JobTemplate.WriteFeed(folder, feed);

        var shown = Path.GetRelativePath(Environment.CurrentDirectory, folder);
        if (options.Json) Output.Json(new JsonObject { ["folder"] = folder, ["project"] = Path.Combine(folder, name, $"{name}.csproj"), ["source"] = source, ["version"] = source is null ? version : null });
        else
            Console.WriteLine($"""
                {name} is in {shown}; it references {(source is null ? $"the packages of version {version}" : $"the projects of {source}")}.
                test    dotnet test {shown}
                run     mr run {shown}/{name} --input {shown}/{name}/sample --output {shown}/out/local
                cluster mr cluster up, and then mr submit {shown}/{name} --input {shown}/{name}/sample --output {shown}/out/cluster
                """);
        return ExitCode.Success;
    }

    private static string Check(string? name)
    {
        if (name is null) throw new UserException(ExitCode.Usage, "What is the job called? Give a name: mr new job PageViews.");
        if (name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')) return name;
        var possible = string.Concat(name.Split(['-', '.', ' ', '/', '\\'], StringSplitOptions.RemoveEmptyEntries).Select(part => char.ToUpperInvariant(part[0]) + string.Concat(part.Skip(1).Where(char.IsAsciiLetterOrDigit))));
        throw new UserException(ExitCode.Usage, $"'{name}' cannot be the name of a class. Give letters, digits and underscores, beginning with a letter{(possible.Length > 0 && char.IsAsciiLetter(possible[0]) ? $": mr new job {possible}" : "")}.");
    }

    /// <summary>The clone whose projects are referenced; null for packages.</summary>
    private static string? SourceOf(NewJobOptions options)
    {
        if (options.Packages || options.Feed is not null) return null;
        if (options.Sdk is { } given) return IsClone(given) ? Path.GetFullPath(given) : throw new UserException(ExitCode.Usage, $"'{given}' is no clone of MapReduce: there is no src/MapReduce.Sdk in it. Name the folder with MapReduce.sln, or leave out --sdk to reference packages.");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (IsClone(folder.FullName)) return folder.FullName;
        return null;
    }

    private static bool IsClone(string folder) => File.Exists(Path.Combine(folder, "MapReduce.sln")) && File.Exists(Path.Combine(folder, "src", "MapReduce.Sdk", "MapReduce.Sdk.csproj"));

    /// <summary>What F5 starts: this program, or whatever is called so where that is only known by its name.</summary>
    private static string ProgramName()
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "mr.exe" : "mr");
        return File.Exists(program) ? program : "mr";
    }
}
