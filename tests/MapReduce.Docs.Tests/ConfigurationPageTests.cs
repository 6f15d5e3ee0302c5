using Xunit;

namespace MapReduce.Docs.Tests;

public sealed class ConfigurationPageTests
{
    /// <summary>With <c>MAPREDUCE_WRITE_DOCS=1</c> the page is written; otherwise it must be what it would be.</summary>
    [Fact]
    public void The_page_of_settings_is_made_from_the_reference()
    {
        var page = Path.Combine(Pages.Root, "docs", "configuration.md");
        var made = ConfigurationPage.Make(File.ReadAllText(Path.Combine(Pages.Root, "hocon", "reference.conf")));
        if (Environment.GetEnvironmentVariable("MAPREDUCE_WRITE_DOCS") == "1") File.WriteAllText(page, made);
        Assert.True(made == File.ReadAllText(page), "docs/configuration.md is not what hocon/reference.conf says. Write it anew: MAPREDUCE_WRITE_DOCS=1 dotnet test -c Release tests/MapReduce.Docs.Tests");
    }
}
