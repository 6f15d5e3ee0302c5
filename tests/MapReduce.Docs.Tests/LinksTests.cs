using Xunit;

namespace MapReduce.Docs.Tests;

public sealed class LinksTests
{
    [Fact]
    public void Every_link_within_the_repository_leads_somewhere()
    {
        var dead = Pages.All.SelectMany(page => Pages.Links(page), (page, link) => (page, link))
            .Where(link => !link.link.Contains("://", StringComparison.Ordinal) && !link.link.StartsWith('#'))
            .Where(link => !Path.Exists(Path.Combine(Pages.Root, Path.GetDirectoryName(link.page)!, link.link.Split('#')[0])))
            .Select(link => $"{link.page}: {link.link}");
        Assert.Empty(dead);
    }

    [Fact]
    public void Every_page_is_reached_from_the_README()
    {
        var reached = new HashSet<string> { "README.md" };
        var next = new Queue<string>(reached);
        while (next.TryDequeue(out var page))
            foreach (var target in Pages.Links(page).SelectMany(link => PagesAt(page, link)).Where(reached.Add)) next.Enqueue(target);
        Assert.Empty(Pages.All.Except(reached));
    }

    /// <summary>The page that a link leads to; where it leads to a folder, those that are seen there.</summary>
    private static IEnumerable<string> PagesAt(string page, string link)
    {
        if (link.Contains("://", StringComparison.Ordinal)) return [];
        var target = Path.GetRelativePath(Pages.Root, Path.GetFullPath(Path.Combine(Pages.Root, Path.GetDirectoryName(page)!, link.Split('#')[0])));
        return Pages.All.Where(other => other == target || Path.GetDirectoryName(other) == target);
    }

    [Fact]
    public void Every_picture_is_shown_by_a_page()
    {
        var shown = Pages.All.SelectMany(page => Pages.Links(page).Select(link => Path.GetFullPath(Path.Combine(Pages.Root, Path.GetDirectoryName(page)!, link)))).ToHashSet(StringComparer.Ordinal);
        Assert.All(Directory.GetFiles(Path.Combine(Pages.Root, "docs", "images")), picture => Assert.Contains(picture, shown));
    }
}
