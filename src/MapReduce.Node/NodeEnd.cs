namespace MapReduce.Node;

/// <summary>Why a node ended.</summary>
public enum NodeEnd
{
    /// <summary>It was told to.</summary>
    Stopped,

    /// <summary>The others have removed it, or it was on the smaller side of a split. It may join again.</summary>
    Removed,

    /// <summary>It cannot go on: the journal refuses, or was written by a newer program.</summary>
    Fatal,
}
