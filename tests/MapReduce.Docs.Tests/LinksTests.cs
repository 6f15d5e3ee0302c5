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
    public void Every_picture_is_shown_by_a_page()
    {
        var shown = Pages.All.SelectMany(page => Pages.Links(page).Select(link => Path.GetFullPath(Path.Combine(Pages.Root, Path.GetDirectoryName(page)!, link)))).ToHashSet(StringComparer.Ordinal);
        Assert.All(Directory.GetFiles(Path.Combine(Pages.Root, "docs", "images")), picture => Assert.Contains(picture, shown));
    }
}
