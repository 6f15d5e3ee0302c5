using System.Text.RegularExpressions;
using Xunit;

namespace MapReduce.Docs.Tests;

public sealed partial class SpeedTableTests
{
    /// <summary>With <c>MAPREDUCE_WRITE_DOCS=1</c> the table is written; otherwise it must be what it would be.</summary>
    [Fact]
    public void The_table_of_speed_in_the_README_is_that_of_the_race()
    {
        var readme = Path.Combine(Pages.Root, "README.md");
        var made = SpeedTable.Make(File.ReadAllText(Path.Combine(Pages.Root, "docs", "performance.md")));
        if (Environment.GetEnvironmentVariable("MAPREDUCE_WRITE_DOCS") == "1") File.WriteAllText(readme, Table().Replace(File.ReadAllText(readme), _ => made, 1));
        Assert.True(Table().Match(File.ReadAllText(readme)).Value == made, "The table of speed in README.md is not what docs/performance.md says. Write it anew: MAPREDUCE_WRITE_DOCS=1 dotnet test -c Release tests/MapReduce.Docs.Tests");
    }

    [GeneratedRegex(@"\| seconds \|.*\n(?:\|.*(?:\n(?=\|)|))+")]
    private static partial Regex Table();
}
