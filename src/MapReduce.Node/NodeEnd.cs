namespace MapReduce.Node;

/// <summary>Why a node ended.</summary>
public enum NodeEnd
{
    /// <summary>It was told to.</summary>
    Stopped,

    /// <summary>The others have removed it, it was on the smaller side of a split, or its master found itself replaced. It may join again.</summary>
    Removed,

    /// <summary>It cannot go on: the journal was written by a newer program, or is damaged.</summary>
    Fatal,
}
