using MapReduce.Storage;

namespace MapReduce.Confinement;

/// <summary>What an executor reaches for as long as it lives.</summary>
/// <param name="openings">What it was started with.</param>
public sealed class Reach(IReadOnlyList<Opening> openings)
{
    private readonly IReadOnlyList<FileIdentity?> identities = [.. openings.Select(opening => FileIdentity.Of(opening.Path))];

    /// <summary>What it was started with.</summary>
    public IReadOnlyList<Opening> Openings => openings;

    /// <summary>Whether that covers what a job needs.</summary>
    public bool Covers(IEnumerable<Opening> needed) => needed.All(Covers);

    private bool Covers(Opening needed)
    {
        for (var i = 0; i < openings.Count; i++)
            if ((openings[i].Rights & needed.Rights) == needed.Rights && LocalPath.IsInside(needed.Path, openings[i].Path) && identities[i] is { } identity && FileIdentity.Of(openings[i].Path) == identity) return true;
        return false;
    }
}
