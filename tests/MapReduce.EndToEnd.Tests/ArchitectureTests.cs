using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

/// <summary>The arrows of docs/architecture.md, and no others.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Sdk"] = [],
        ["Storage"] = [],
        ["Protocol"] = [],
        ["Api"] = [],
        ["Confinement"] = ["Storage"],
        ["Engine"] = ["Sdk", "Storage"],
        ["Coordination"] = ["Protocol"],
        ["Local"] = ["Coordination", "Engine"],
        ["Executor"] = ["Engine", "Protocol"],
        ["Testing"] = ["Local"],
        ["Postgres"] = ["Sdk", "Storage"],
        ["Master"] = ["Coordination", "Protocol", "Storage"],
        ["Worker"] = ["Confinement", "Coordination", "Protocol", "Engine", "Storage"],
        ["Node"] = ["Confinement", "Master", "Worker", "Api"],
        ["Cli"] = ["Confinement", "Local", "Api", "Node", "Executor", "Postgres"],
    };

    private static readonly string[] WithoutAkka = ["Sdk", "Storage", "Engine", "Protocol", "Confinement", "Coordination", "Local", "Executor", "Api", "Postgres"];

    private static readonly string Root = Checkout.Root;

    [Fact]
    public void Projects_reference_only_what_the_architecture_allows()
    {
        var projects = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.True(projects.Length >= 8);
        foreach (var project in projects)
        {
            var room = Room(project);
            Assert.True(Allowed.TryGetValue(room, out var allowed), $"{room} is no room of the architecture.");
            Assert.Empty(References(project).Select(Room).Except(allowed).Select(other => $"{room} → {other}"));
        }
    }

    [Fact]
    public void Jobs_reference_the_Sdk_and_nothing_else_of_ours_but_a_store()
    {
        var projects = Directory.GetFiles(Path.Combine(Root, "jobs"), "*.csproj", SearchOption.AllDirectories);
        Assert.Equal(9, projects.Length);
        foreach (var project in projects) Assert.Equal(Room(project) == "Traffic" ? ["Sdk", "Postgres"] : ["Sdk"], References(project).Select(Room));
    }

    [Fact]
    public void Only_the_actor_rooms_load_Akka()
    {
        var built = WithoutAkka.Select(room => Path.Combine(AppContext.BaseDirectory, $"MapReduce.{room}.dll")).Where(File.Exists).ToList();
        Assert.True(built.Count >= 6);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var assembly in built) Visit(assembly, seen);
        Assert.Contains("ZstdSharp", seen);
        Assert.DoesNotContain(seen, name => name.StartsWith("Akka", StringComparison.OrdinalIgnoreCase));
    }

    private static void Visit(string path, HashSet<string> seen)
    {
        if (!File.Exists(path)) return;
        using var file = new PEReader(File.OpenRead(path));
        if (!file.HasMetadata) return;
        var metadata = file.GetMetadataReader();
        foreach (var handle in metadata.AssemblyReferences)
        {
            var name = metadata.GetString(metadata.GetAssemblyReference(handle).Name);
            if (seen.Add(name)) Visit(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), seen);
        }
    }

    private static string Room(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project.Replace('\\', '/'));
        return name.StartsWith("MapReduce.", StringComparison.Ordinal) ? name["MapReduce.".Length..] : name;
    }

    private static IEnumerable<string> References(string project)
        => XDocument.Load(project).Descendants("ProjectReference").Select(reference => reference.Attribute("Include")!.Value);
}
