using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MapReduce.FuzzJobs;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.Fuzz.Sequential;

/// <summary>Rows of outputs, as docs/outputs.md has them.</summary>
internal static class RowBytes
{
    /// <summary>The row of a pair.</summary>
    /// <param name="format">How it is written.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="shows">Whether byte arrays are texts: of the key and of the value.</param>
    /// <exception cref="Refusal">It has no such form.</exception>
    public static byte[] Of(RowFormat format, object? key, object? value, (bool Key, bool Value) shows) => format switch
    {
        RowFormat.Text => [.. Field(key, shows.Key), .. key is None || value is None ? Array.Empty<byte>() : [(byte)'\t'], .. Field(value, shows.Value), (byte)'\n'],
        RowFormat.Records => [.. key as byte[] ?? [], .. value as byte[] ?? []],
        _ => [.. "{\"key\":"u8, .. Json(key), .. ",\"value\":"u8, .. Json(value), .. "}\n"u8],
    };

    /// <summary>Why the author's code or a format refuses a row to one of its outputs; null where all take it.</summary>
    public static string? RefusalOf(IReadOnlyList<OutputPlan> outputs, object? key, object? value, (bool Key, bool Value) shows)
    {
        try
        {
            foreach (var output in outputs)
                if (output.Format is RowFormat.Text or RowFormat.Json) Of(output.Format, key, value, shows);
            return null;
        }
        catch (Refusal refusal)
        {
            return refusal.Message;
        }
    }

    private static byte[] Field(object? value, bool isText) => value switch
    {
        null or None => [],
        byte[] text when isText => text,
        Texts texts => [.. texts.All.SelectMany((text, index) => index == 0 ? text : (byte[])[(byte)',', .. text])],
        string text => Encoding.UTF8.GetBytes(text),
        // As in strings, what is no character of Unicode is shown as U+FFFD.
        char character => Encoding.UTF8.GetBytes(character.ToString()),
        bool truth => truth ? "true"u8.ToArray() : "false"u8.ToArray(),
        Fussy fussy => fussy.Text.StartsWith(Fussy.HasNoText) ? throw new Refusal(PlannedException.TextOf(MistakePlace.Format)) : Encoding.UTF8.GetBytes($"<{fussy.Text}>"),
        Descending<string> descending => Field(descending.Value, false),
        Descending<long> descending => Field(descending.Value, false),
        ITuple tuple => [.. Enumerable.Range(0, tuple.Length).SelectMany(part => (byte[])[.. part == 0 ? Array.Empty<byte>() : [(byte)'\t'], .. Field(tuple[part], false)])],
        IEnumerable elements => [.. elements.Cast<object?>().SelectMany((element, index) => (byte[])[.. index == 0 ? Array.Empty<byte>() : [(byte)','], .. Field(element, false)])],
        DateTime or DateTimeOffset or DateOnly or TimeOnly => Encoding.UTF8.GetBytes(((IFormattable)value).ToString("O", CultureInfo.InvariantCulture)),
        IFormattable formattable => Encoding.UTF8.GetBytes(formattable.ToString(null, CultureInfo.InvariantCulture)),
        _ => throw new InvalidOperationException($"Nobody knows the text form of {value.GetType().Name}."),
    };

    private static byte[] Json(object? value)
    {
        if (value is double number && !double.IsFinite(number) || value is float single && !float.IsFinite(single)) throw new Refusal("JSON");
        return JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web);
    }
}

/// <summary>The different texts of a key, in byte order.</summary>
internal sealed record Texts(IReadOnlyList<byte[]> All);

/// <summary>The author's code, or a form that there is not, refuses something.</summary>
/// <param name="text">What the failure says.</param>
internal sealed class Refusal(string text) : Exception(text);
