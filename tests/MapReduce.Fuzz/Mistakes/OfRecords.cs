using MapReduce.Fuzz.Cases;
using MapReduce.Fuzz.Sequential;

namespace MapReduce.Fuzz.Mistakes;

/// <summary>Of a record that emits three pairs the last is lost.</summary>
internal sealed class EmissionLost : Semantics
{
    public override IEnumerable<Pair> Good(IReadOnlyList<Pair> emitted) => emitted.Count == 3 ? emitted.Take(2) : emitted;
}

/// <summary>What a bad record has emitted before it failed stays.</summary>
internal sealed class HalfOfBad : Semantics
{
    public override IEnumerable<Pair> Bad(IReadOnlyList<Pair> emitted) => emitted;
}

/// <summary>What a bad record has counted stays.</summary>
internal sealed class BadCounted : Semantics
{
    public override bool CountsBad => true;
}

/// <summary>The quarantine says where the record behind a bad one begins.</summary>
internal sealed class BadElsewhere : Semantics
{
    public override long PlaceOf(InputRecord record) => record.Offset + 1;
}

/// <summary>A last line without an end is no line.</summary>
internal sealed class OpenLineLost : Semantics
{
    public override RecordReading Reading { get; } = new Lossy();

    private sealed class Lossy : RecordReading
    {
        protected override IEnumerable<(byte[] Bytes, long Offset)> Lines(byte[] plain, bool keepsReturns)
            => base.Lines(plain, keepsReturns).Where(line => plain[^1] == '\n' || line.Offset + line.Bytes.Length < plain.Length);
    }
}

/// <summary>Lines that end with CRLF keep the CR.</summary>
internal sealed class ReturnsKept : Semantics
{
    public override RecordReading Reading { get; } = new Keeping();

    private sealed class Keeping : RecordReading
    {
        protected override IEnumerable<(byte[] Bytes, long Offset)> Lines(byte[] plain, bool keepsReturns) => base.Lines(plain, keepsReturns: true);
    }
}

/// <summary>What can be read of a damaged file is all of it.</summary>
internal sealed class DamageUnseen : Semantics
{
    public override bool Finds(Damage damage) => false;
}
