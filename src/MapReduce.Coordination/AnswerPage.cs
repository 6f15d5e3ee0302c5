using Google.Protobuf;

namespace MapReduce.Coordination;

/// <summary>How much of a long list goes into one answer, so that it fits into an envelope between nodes. Whoever asks gets the rest by asking again.</summary>
/// <param name="mostItems">The most items of an answer.</param>
public sealed class AnswerPage(int mostItems = int.MaxValue)
{
    /// <summary>The most bytes of the items together, but for a first one that alone is larger.</summary>
    public const int MostBytes = 40_000;

    private int items;
    private int bytes;

    /// <summary>Whether no item is taken any more.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Whether the next item of the list belongs to the answer. The first always does; after one that does not, none does.</summary>
    public bool Takes(IMessage item)
    {
        if (IsFull) return false;
        bytes += item.CalculateSize();
        var isTaken = items == 0 || bytes <= MostBytes;
        if (isTaken) items++;
        IsFull = !isTaken || items >= mostItems;
        return isTaken;
    }
}
