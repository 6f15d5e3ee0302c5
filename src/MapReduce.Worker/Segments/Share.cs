using System.Buffers.Binary;
using MapReduce.Engine;
using MapReduce.Protocol;

namespace MapReduce.Worker.Segments;

/// <summary>A reduce task's share of one map output, as a holder sends it: its length in eight bytes, and the bytes.</summary>
internal static class Share
{
    private const int BufferSize = 256 << 10;
    private const long Damaged = -2;

    /// <summary>Writes what a holder sends to a file of this node.</summary>
    /// <param name="content">What the holder sends.</param>
    /// <param name="map">Whose output.</param>
    /// <param name="file">Where the share goes.</param>
    /// <param name="address">The holder.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The length in bytes.</returns>
    /// <exception cref="FetchException">The holder has no such output, or it is damaged.</exception>
    /// <exception cref="IOException">The holder stopped in the middle.</exception>
    /// <exception cref="EngineException">The file cannot be written, for which the holder is not to blame.</exception>
    public static async Task<long> ReadAsync(Stream content, AttemptId map, string file, string address, CancellationToken cancellation)
    {
        var header = new byte[sizeof(long)];
        await content.ReadExactlyAsync(header, cancellation);
        var length = BinaryPrimitives.ReadInt64LittleEndian(header);
        if (length < 0) throw new FetchException(map, length == Damaged ? $"The output of {map} on {address} is damaged." : $"{address} has no output of {map}.");
        using var target = EngineFiles.Create(file);
        var buffer = new byte[(int)Math.Min(BufferSize, Math.Max(1, length))];
        for (var done = 0L; done < length;)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - done)), cancellation);
            if (read == 0) throw new EndOfStreamException($"{address} stopped in the middle of the output of {map}.");
            EngineFiles.Write(target, buffer.AsSpan(0, read), done, file);
            done += read;
        }
        return length;
    }
}
