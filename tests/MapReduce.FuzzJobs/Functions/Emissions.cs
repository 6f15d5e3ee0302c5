using System.Globalization;
using System.Text;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.FuzzJobs.Functions;

/// <summary>The map function of a feed: the pairs of a record, as objects, up to where it throws.</summary>
/// <param name="feed">The feed.</param>
/// <param name="key">The kind of the keys.</param>
/// <param name="value">The kind of the values.</param>
/// <param name="mistakes">What goes wrong in it.</param>
/// <param name="salt">What keys begin with.</param>
internal sealed class Emissions(FeedPlan feed, Kind key, Kind value, AuthorMistakes mistakes, byte[] salt)
{
    public IEnumerable<(object? Key, object? Value)> Of(RecordView record)
    {
        var tokens = TokensOf.Record(feed.Emit, record);
        var count = Math.Min(feed.Emit.Most, tokens.Count);
        var fails = mistakes.IsMadeAt(MistakePlace.Map, record.Raw);
        for (var i = 0; i < (fails ? count / 2 : count); i++) yield return Pair(record, TokensOf.Expand(tokens[i]), i);
        // What an author's code cancels is a failure of it like any other.
        if (fails) throw record.Raw.Length % 2 == 0 ? new TaskCanceledException(PlannedException.TextOf(MistakePlace.Map)) : new PlannedException(MistakePlace.Map);
    }

    private (object? Key, object? Value) Pair(RecordView record, byte[] token, int position)
    {
        var keyRaw = feed.Emit.Key switch
        {
            KeyPart.Token => token,
            KeyPart.Numbered => Encoding.ASCII.GetBytes((Hash.Of(token) % (ulong)feed.Emit.Keys).ToString(CultureInfo.InvariantCulture)),
            KeyPart.Record => record.Raw,
            _ => PlaceOf(record),
        };
        var valueRaw = feed.Emit.Value switch
        {
            ValuePart.Token => token,
            ValuePart.Record => record.Raw,
            ValuePart.Place => PlaceOf(record),
            _ => Encoding.ASCII.GetBytes(position.ToString(CultureInfo.InvariantCulture)),
        };
        return (Make(key, [.. salt, .. keyRaw], MistakePlace.KeyCodec), Make(value, valueRaw, MistakePlace.ValueCodec));
    }

    private object? Make(Kind kind, byte[] raw, MistakePlace codec)
    {
        if (kind.MayBeNull && mistakes.IsMadeAt(MistakePlace.Null, raw)) return null;
        var made = kind.Make(raw);
        if (made is not Fussy fussy) return made;
        if (mistakes.IsMadeAt(codec, raw)) return new Fussy(Fussy.HasNoBytes + fussy.Text);
        return mistakes.IsMadeAt(MistakePlace.Format, raw) ? new Fussy(Fussy.HasNoText + fussy.Text) : fussy;
    }

    private static byte[] PlaceOf(RecordView record) => Encoding.UTF8.GetBytes($"{record.File}@{record.Offset.ToString(CultureInfo.InvariantCulture)}");
}
