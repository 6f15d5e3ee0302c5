using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

/// <summary>What <c>mr new job</c> makes builds, passes its test and runs; and the template makes the same.</summary>
public sealed class NewJobTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-new-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void It_builds_passes_its_test_and_runs_as_its_launch_settings_say()
    {
        var project = Made("PageViews");
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var (code, output) = Run("dotnet", project, "test", "-c", configuration, "--nologo", "-v", "quiet");
        Assert.True(code == 0, output);
        Assert.Contains("Passed:     2", output, StringComparison.Ordinal);

        using var launch = JsonDocument.Parse(File.ReadAllText(Path.Combine(project, "PageViews", "Properties", "launchSettings.json")));
        var profile = launch.RootElement.GetProperty("profiles").GetProperty("mr run");
        var arguments = Regex.Matches(profile.GetProperty("commandLineArgs").GetString()!, "\"([^\"]*)\"|\\S+").Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Value)
            .Select(argument => argument.Replace("$(TargetPath)", Path.Combine(project, "PageViews", "bin", configuration, "net10.0", "PageViews.dll"), StringComparison.Ordinal).Replace("$(ProjectDir)", Path.Combine(project, "PageViews") + "/", StringComparison.Ordinal));
        (code, output) = Run(profile.GetProperty("executablePath").GetString()!, project, [.. arguments]);
        Assert.True(code == 0, output);
        Assert.Contains(File.ReadAllLines(Path.Combine(project, "out", "debug", "part-00000")), row => row == "for\t7");
    }

    [Fact]
    public void The_template_of_dotnet_new_makes_the_same_files()
    {
        var project = Made("PageViews");
        var hive = Path.Combine(folder, "hive");
        var (code, output) = Run("dotnet", folder, "new", "install", Path.Combine(Checkout.Root, "templates", "job"), "--debug:custom-hive", hive);
        Assert.True(code == 0, output);
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(project, ".vscode", "launch.json")));
        var program = settings.RootElement.GetProperty("configurations")[0].GetProperty("program").GetString()!;
        (code, output) = Run("dotnet", folder, "new", "mapreduce-job", "--debug:custom-hive", hive, "-n", "PageViews", "-o", "templated", "--sdk", Checkout.Root, "--program", program);
        Assert.True(code == 0, output);
        var expected = Files(project);
        Assert.Equal(expected.Keys, Files(Path.Combine(folder, "templated")).Keys);
        Assert.Equal(expected, Files(Path.Combine(folder, "templated")));
    }

    [Fact]
    public void The_template_names_the_versions_of_this_repository()
    {
        using var template = JsonDocument.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "templates", "job", ".template.config", "template.json")));
        Assert.Equal(XDocument.Load(Path.Combine(Checkout.Root, "Directory.Build.props")).Descendants("Version").Single().Value, template.RootElement.GetProperty("symbols").GetProperty("mapreduce").GetProperty("defaultValue").GetString());
        var ours = XDocument.Load(Path.Combine(Checkout.Root, "Directory.Packages.props")).Descendants("PackageVersion").ToDictionary(version => version.Attribute("Include")!.Value, version => version.Attribute("Version")!.Value);
        var used = XDocument.Load(Path.Combine(Checkout.Root, "templates", "job", "NewJob.Tests", "NewJob.Tests.csproj")).Descendants("PackageReference").Where(reference => !reference.Attribute("Include")!.Value.StartsWith("MapReduce.", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, used.Count);
        Assert.All(used, reference => Assert.Equal(ours[reference.Attribute("Include")!.Value], reference.Attribute("Version")!.Value));
    }

    [Fact]
    public void Packages_are_referenced_where_they_are_asked_for_with_their_feed()
    {
        var feed = Directory.CreateDirectory(Path.Combine(folder, "feed")).FullName;
        var (code, output) = Mr("new", "job", "PageViews", "--feed", feed, "--json");
        Assert.True(code == 0, output);
        var project = Path.Combine(folder, "PageViews");
        Assert.Contains("<MapReduceSource></MapReduceSource>", File.ReadAllText(Path.Combine(project, "Directory.Build.props")), StringComparison.Ordinal);
        Assert.Contains(feed, File.ReadAllText(Path.Combine(project, "nuget.config")), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(project, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains("MAPREDUCE_", StringComparison.Ordinal) || file.Contains("NewJob", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "What is the job called", "new", "job")]
    [InlineData(2, "mr new job PageViews", "new", "job", "page-views")]
    [InlineData(2, "is no clone of MapReduce", "new", "job", "PageViews", "--sdk", "/nowhere")]
    [InlineData(4, "is there already", "new", "job", "Taken")]
    [InlineData(2, "There is job.", "new", "wheel")]
    public void A_mistake_is_told_with_the_next_step(int code, string words, params string[] arguments)
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "Taken")).FullName, "x"), "");
        var (got, output) = Mr(arguments);
        Assert.Equal(code, got);
        Assert.Contains(words, output, StringComparison.Ordinal);
    }

    private string Made(string name)
    {
        var (code, output) = Mr("new", "job", name);
        Assert.True(code == 0, output);
        return Path.Combine(folder, name);
    }

    private (int Code, string Output) Mr(params string[] arguments) => Run("dotnet", folder, [Path.Combine(AppContext.BaseDirectory, "mr.dll"), .. arguments]);

    private static SortedDictionary<string, string> Files(string folder)
        => new(Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText), StringComparer.Ordinal);

    private static (int Code, string Output) Run(string program, string folder, params string[] arguments)
        => Checkout.Run(program, arguments, folder, new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1" });
}
