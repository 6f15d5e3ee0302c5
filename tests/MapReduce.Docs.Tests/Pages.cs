using System.Text.RegularExpressions;

namespace MapReduce.Docs.Tests;

/// <summary>The pages that people read.</summary>
internal static partial class Pages
{
    public static string Root => Checkout.Root;

    /// <summary>All pages, as paths from the root.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Directory.GetFiles(Root, "*.md")
        .Concat(((string[])["docs", "deploy", "hocon", "tests", "jobs", "templates"]).Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, "*.md", SearchOption.AllDirectories)))
        .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal))
        .Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal)];

    /// <summary>The lines of the blocks of commands of a page, a block each.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Shell(string page)
        => [.. Block().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(block => (IReadOnlyList<string>)[.. block.Groups["code"].Value.Split('\n').Select(Line).Where(line => line.Length > 0)])];

    /// <summary>The targets of a page's links, and its pictures.</summary>
    public static IEnumerable<string> Links(string page) => Link().Matches(File.ReadAllText(Path.Combine(Root, page))).Select(link => link.Groups["target"].Value);

    private static string Line(string line)
    {
        var comment = line.StartsWith('#') ? 0 : line.IndexOf(" #", StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Trim();
    }

    [GeneratedRegex("^```(?:sh|console)\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"(?:\]\(|(?:src|srcset|href)="")(?<target>[^)\s""]+)[)""]")]
    private static partial Regex Link();
}
