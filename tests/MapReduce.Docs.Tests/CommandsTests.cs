using Xunit;

namespace MapReduce.Docs.Tests;

/// <summary>Every command that a page shows is run, page by page and in order, in a folder that looks like a clone. What builds everything anew, takes minutes or never ends is replaced as <see cref="Replacements"/> says.</summary>
public sealed class CommandsTests
{
    public static TheoryData<string> PagesWithCommands => [.. Pages.All.Where(page => Pages.Shell(page).Count > 0)];

    [Theory]
    [MemberData(nameof(PagesWithCommands))]
    public void The_commands_of_a_page_work(string page)
    {
        using var clone = new Clone();
        var lines = Pages.Shell(page).SelectMany(block => block.Append("cd \"$CLONE\"")).Select(Replacements.Of);
        var (code, output) = clone.Run(string.Join('\n', lines));
        Assert.True(code == 0, $"{page} ends with {code}:\n{output}");
    }
}
