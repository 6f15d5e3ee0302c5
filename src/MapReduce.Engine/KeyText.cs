using System.Text;
using MapReduce.Sdk;

namespace MapReduce.Engine;

/// <summary>Decodes a key.</summary>
internal delegate TKey KeyReading<TKey>(ReadOnlySpan<byte> key) where TKey : allows ref struct;

/// <summary>Shows keys to people.</summary>
internal static class KeyText
{
    private const int ShownBytes = 80;

    /// <summary>The text form of an encoded key, cut short where it is long; its bytes where it has none.</summary>
    public static string Of<TKey>(ReadOnlySpan<byte> key, KeyReading<TKey> read) where TKey : allows ref struct
    {
        var text = new ByteWriter();
        try
        {
            TextFields.For<TKey>().Write(read(key), text);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // The key's own code may fail, and must not hide what the key is shown for.
            text.Clear();
            text.Write(key);
        }
        var shown = text.Written;
        return shown.Length <= ShownBytes ? Encoding.UTF8.GetString(shown) : Encoding.UTF8.GetString(shown[..ShownBytes]) + "…";
    }
}
