using Xunit;

namespace MapReduce.Docs.Tests;

/// <summary>Every command that a page shows is run, page by page and in order, in a folder that looks like a clone. What builds everything anew, takes minutes or changes the machine is replaced as <see cref="Replacements"/> says.</summary>
public sealed class CommandsTests(Clone clone) : IClassFixture<Clone>
{
    public static TheoryData<string> PagesWithCommands => [.. Pages.All.Where(page => Pages.Shell(page).Count > 0)];

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public void The_commands_of_a_page_work(string page)
    {
        var blocks = Pages.Shell(page);
        var lines = blocks.SelectMany(block => block.Append("cd \"$here\"")).Select(Replacements.Of).Prepend("here=$PWD").Prepend(Beginnings.Of(page));
        var (code, output) = clone.RunPage(string.Join('\n', lines), sharesCluster: !blocks.Any(block => block.Any(line => line.Contains("cluster down", StringComparison.Ordinal))));
        Assert.True(code == 0, $"{page} ends with {code}:\n{output}");
    }

    [Fact]
    public void The_page_on_tests_says_what_runs_the_commands_that_are_replaced()
    {
        var page = File.ReadAllText(Path.Combine(Pages.Root, "docs", "testing.md"));
        var used = Pages.All.SelectMany(Pages.Shell).SelectMany(block => block).SelectMany(Replacements.UsedBy).ToHashSet();
        Assert.All(Replacements.All, replacement =>
        {
            Assert.Contains($"| {replacement.Words} | {replacement.RunBy} |", page, StringComparison.Ordinal);
            // What no page has any more needs no replacement.
            Assert.Contains(replacement, used);
        });
    }
}
