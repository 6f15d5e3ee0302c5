namespace MapReduce.Cli.New;

/// <summary>Writes the files of <c>templates/job</c>, which are also those of <c>dotnet new mapreduce-job</c>.</summary>
internal static class JobTemplate
{
    /// <summary>How the resources with the files are called.</summary>
    private const string Prefix = "template/";

    private const string Name = "NewJob";

    /// <summary>Writes the project.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The job's name.</param>
    /// <param name="version">The version of the packages.</param>
    /// <param name="source">A clone whose projects are referenced instead; empty for none.</param>
    /// <param name="program">The program that F5 starts.</param>
    public static void Write(string folder, string name, string version, string source, string program)
    {
        var assembly = typeof(JobTemplate).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var path = Path.Combine(folder, resource[Prefix.Length..].Replace('\\', '/').Replace(Name, name, StringComparison.Ordinal));
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            // Slashes are right everywhere; backslashes would have to be doubled in JSON.
            var text = reader.ReadToEnd()
                .Replace(Name, name, StringComparison.Ordinal)
                .Replace("MAPREDUCE_VERSION", version, StringComparison.Ordinal)
                .Replace("MAPREDUCE_SOURCE", source.Replace('\\', '/'), StringComparison.Ordinal)
                .Replace("MAPREDUCE_PROGRAM", program.Replace('\\', '/'), StringComparison.Ordinal);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    /// <summary>Adds a feed to those that NuGet knows.</summary>
    public static void WriteFeed(string folder, string feed)
    {
        var place = Directory.Exists(feed) ? Path.GetFullPath(feed) : feed;
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="mapreduce" value="{System.Security.SecurityElement.Escape(place)}" />
              </packageSources>
            </configuration>

            """);
    }
}
