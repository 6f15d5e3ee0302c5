using MapReduce.Engine.Fold;

namespace MapReduce.Engine.Distinct;

// Collected texts travel as sets. A task gives each text that it meets a bit, until 63 are taken and the next set begins. The first byte of a record
// says in its high four bits what it is, and holds in the low four the length of a key of up to 15 bytes:
//   1         texts for the next bits: the low bits are 1 if a set begins here and 0 if it goes on, then comes the length of what follows as a
//             varint, then each text behind its length in four bytes, little-endian
//   2         a key, then the bits of its texts as a varint, lowest bit first
//   3         a key, then the number of its only bit in one byte
//   4         a key of more than 15 bytes: its length as a varint, its bytes, then the bits of its texts as a varint
//   0 and 15  a key of more than 15 bytes or a shorter one, with its texts in full: see FoldRecord. For texts that seldom come again.

/// <summary>The kinds of records of collected texts; the format is described at the top of this file.</summary>
internal static class DistinctRecord
{
    public const int Texts = 1;
    public const int Set = 2;
    public const int Bit = 3;
    public const int LongSet = 4;
    public const int LongList = FoldRecord.LongKind;

    /// <summary>The low bits of a record of texts with which a set begins.</summary>
    public const int Begins = 1;
}
