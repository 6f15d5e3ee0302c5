using MapReduce.Fuzz.Cases;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.Fuzz.Inputs;

/// <summary>Damages files.</summary>
internal static class Damaging
{
    // By these a reader knows that a file is compressed, and how: without them it is another file.
    private const int FirstBytes = 4;

    /// <summary>Whether a file that a source reads can be damaged so that it has to be found out.</summary>
    public static bool Means(Damage damage, FilePlan file, SourcePlan source) => damage switch
    {
        Damage.None => true,
        Damage.CutShort => file.Packing != Packing.Plain || (source is { Format: SourceFormat.Records, Size: > 1 } && file.Records.Count > 0),
        Damage.Flipped => Packer.HasChecksums(file.Packing),
        _ => file.Packing != Packing.Plain,
    };

    /// <summary>Whether records may be read that the damage has made, before it is found: a checksum is behind what it is of.</summary>
    public static bool MayMakeRecords(Damage damage) => damage == Damage.Flipped;

    /// <summary>Whether the damage may be to something that is not looked at, such as the name in a header: then the file is as good as whole.</summary>
    public static bool MayBeHarmless(Damage damage) => damage == Damage.Flipped;

    public static byte[] Damaged(byte[] bytes, int lastUnit, FilePlan file)
    {
        switch (file.Damage)
        {
            case Damage.CutShort:
                // Of what is cut at the border of two units nobody could say that there was more.
                var first = lastUnit + (file.Packing == Packing.Plain ? bytes.Length - 1 : FirstBytes);
                var end = file.Packing == Packing.GzipPadded ? bytes.Length - 38 : bytes.Length - 1;
                return bytes[..(first + (file.DamageAt % Math.Max(1, end - first)))];
            case Damage.Flipped:
                var flipped = bytes.ToArray();
                flipped[FirstBytes + (file.DamageAt % (bytes.Length - FirstBytes))] ^= (byte)(1 << (file.DamageAt % 8));
                return flipped;
            case Damage.Followed:
                return [.. bytes, (byte)'x', (byte)'y', (byte)('a' + (file.DamageAt % 20)), 0];
            default:
                return bytes;
        }
    }
}
