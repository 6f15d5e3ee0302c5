using System.Text.RegularExpressions;
using Xunit;

namespace MapReduce.Docs.Tests;

/// <summary>The table of SECURITY.md says what shows each of its rows.</summary>
public sealed partial class SecurityPageTests
{
    private const int Cannot = 3;
    private const int ShownBy = 4;

    private static readonly string Page = File.ReadAllText(Path.Combine(Pages.Root, "SECURITY.md"));

    [Fact]
    public void Every_test_that_the_page_names_is_there()
    {
        var tests = Directory.GetFiles(Path.Combine(Pages.Root, "tests"), "*Tests*.cs", SearchOption.AllDirectories).SelectMany(TestsOf).ToHashSet(StringComparer.Ordinal);
        Assert.All(Named(Page), test => Assert.Contains(test, tests));
    }

    [Fact]
    public void Whatever_somebody_cannot_do_is_shown_by_a_test()
    {
        var rows = Page.Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();
        Assert.NotEmpty(rows);
        Assert.Empty(rows.Where(row => row[Cannot].Length > 0 && !Named(row[ShownBy]).Any()).Select(row => row[Cannot]));
    }

    private static IEnumerable<string> Named(string text) => Name().Matches(text).Select(name => name.Groups["test"].Value);

    /// <summary>The tests of a source file, each with its class.</summary>
    private static IEnumerable<string> TestsOf(string file)
    {
        var text = File.ReadAllText(file);
        return Class().Match(text) is { Success: true } type ? Test().Matches(text).Select(test => $"{type.Groups["name"].Value}.{test.Groups["name"].Value}") : [];
    }

    [GeneratedRegex(@"`(?<test>\w+Tests\.\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"\bclass (?<name>\w+Tests)\b")]
    private static partial Regex Class();

    [GeneratedRegex(@"\[\w*(?:Fact|Theory)\b[^\n]*\n(?:\s*\[[^\n]*\n)*\s*public (?:async )?(?:Task|void) (?<name>\w+)\(")]
    private static partial Regex Test();
}
