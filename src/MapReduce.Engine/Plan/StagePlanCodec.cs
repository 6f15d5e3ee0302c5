using System.Text;
using MapReduce.Engine.Input;
using MapReduce.Engine.Shuffle;

namespace MapReduce.Engine.Plan;

// A plan as bytes, with integers in 7-bit groups and strings in UTF-8 behind their length:
//   version: 5 where boundaries and pieces are encrypted, one by one; else 4, or 3 where no file of a dataset is cut, which older programs would read to its end in each split; stage
//   files: their number, then for each its path, length, time of change in ticks and compression
//   splits: their number, then for each its source, first number, count of numbers, number of ranges, and for each range file, start and length;
//           then 0, or 1 with the piece of a store and its size
//   channels: their number, then for each 0 if it is map-only, else 1, first segment, partitions, buckets, number of boundaries, and each boundary
//             behind its length
//   definition: the definition of the job that was planned, in lines; not in version 2

/// <summary>Turns plans into bytes, so that one process plans and others run the tasks; the format is described at the top of this file.</summary>
internal static class StagePlanCodec
{
    private const int EncryptedVersion = 5;
    private const int Version = 4;
    private const int VersionWithoutCuts = 3;
    private const int VersionWithoutDefinition = 2;

    // Of a list that is said to be longer, memory is taken as its items come: an item has many times the bytes of its shortest form.
    private const int MostAtOnce = 4096;

    // Far more than any job has: of channels every node keeps something, whoever has made the plan.
    private const int MostChannels = 10_000;

    public static byte[] Write(int stage, IReadOnlyList<FileSplit> splits, IReadOnlyList<ChannelShape?> channels, string definition, DataKey? key)
    {
        using var seal = key is null ? null : new BoundarySeal(key);
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            writer.Write7BitEncodedInt(seal is not null ? EncryptedVersion : splits.Any(split => split.Ranges.Any(range => range.IsPartOfDataset)) ? Version : VersionWithoutCuts);
            writer.Write7BitEncodedInt(stage);
            var files = WriteFiles(writer, splits);
            WriteSplits(writer, splits, files, seal);
            writer.Write7BitEncodedInt(channels.Count);
            foreach (var channel in channels) WriteChannel(writer, channel, seal);
            writer.Write(definition);
        }
        return bytes.ToArray();
    }

    /// <exception cref="EngineException">The bytes are no plan, or one of a newer version, or the key is another.</exception>
    public static StagePlan Read(ReadOnlyMemory<byte> bytes, DataKey? key)
    {
        using var seal = key is null ? null : new BoundarySeal(key);
        var copy = bytes.ToArray();
        using var stream = new MemoryStream(copy, writable: false);
        return Read(stream, (reader, stage, version) =>
        {
            if ((version == EncryptedVersion) != (seal is not null)) throw new EngineException(EngineError.CorruptData, seal is null ? "The plan is encrypted, and the job is not. It must be made again." : "The plan is not encrypted, and the job is. It must be made again.");
            var files = List(reader, () => new InputFile(reader.ReadString(), reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), (FileCompression)reader.Read7BitEncodedInt()));
            var splits = List(reader, () => ReadSplit(reader, files, seal));
            var channels = ReadChannels(reader, () => List(reader, () => ReadBytes(reader, seal)));
            return new StagePlan(stage, splits, channels, HasDefinition(version) ? reader.ReadString() : "", copy);
        });
    }

    /// <summary>Reads what little of a plan all nodes need. The files, splits and boundaries, which take dozens of times their bytes in memory, are passed over one by one.</summary>
    /// <exception cref="EngineException">The bytes are no plan, or one of a newer version.</exception>
    public static PlanShape ReadShape(Stream bytes) => Read(bytes, (reader, stage, version) =>
    {
        var files = Count(reader);
        for (var file = 0; file < files; file++) PassFile(reader);
        var maps = Count(reader);
        for (var map = 0; map < maps; map++) PassSplit(reader, files);
        var channels = ReadChannels(reader, () =>
        {
            for (var left = Count(reader); left > 0; left--) PassBytes(reader);
            return [];
        });
        if (HasDefinition(version)) PassBytes(reader);
        return new PlanShape(stage, maps, channels);
    });

    private static T Read<T>(Stream bytes, Func<BinaryReader, int, int, T> read)
    {
        try
        {
            using var reader = new BinaryReader(bytes, Encoding.UTF8, leaveOpen: true);
            var version = reader.Read7BitEncodedInt();
            if (version is not (EncryptedVersion or Version or VersionWithoutCuts or VersionWithoutDefinition)) throw new EngineException(EngineError.CorruptData, $"The plan has format version {version}, and this program reads version {EncryptedVersion}. Run the same version on all nodes.");
            return read(reader, reader.Read7BitEncodedInt(), version);
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException or OverflowException)
        {
            throw new EngineException(EngineError.CorruptData, $"The plan cannot be read: {exception.Message} It must be made again.", exception);
        }
    }

    private static bool HasDefinition(int version) => version != VersionWithoutDefinition;

    private static Dictionary<InputFile, int> WriteFiles(BinaryWriter writer, IReadOnlyList<FileSplit> splits)
    {
        var files = new Dictionary<InputFile, int>();
        foreach (var range in splits.SelectMany(split => split.Ranges)) files.TryAdd(range.File, files.Count);
        writer.Write7BitEncodedInt(files.Count);
        foreach (var file in files.Keys)
        {
            writer.Write(file.Path);
            writer.Write7BitEncodedInt64(file.Length);
            writer.Write7BitEncodedInt64(file.ModifiedTicks);
            writer.Write7BitEncodedInt((int)file.Compression);
        }
        return files;
    }

    private static void WriteSplits(BinaryWriter writer, IReadOnlyList<FileSplit> splits, Dictionary<InputFile, int> files, BoundarySeal? seal)
    {
        writer.Write7BitEncodedInt(splits.Count);
        foreach (var split in splits)
        {
            writer.Write7BitEncodedInt(split.Source);
            writer.Write7BitEncodedInt64(split.FirstNumber);
            writer.Write7BitEncodedInt64(split.Numbers);
            writer.Write7BitEncodedInt(split.Ranges.Count);
            foreach (var range in split.Ranges)
            {
                writer.Write7BitEncodedInt(files[range.File]);
                writer.Write7BitEncodedInt64(range.Start);
                writer.Write7BitEncodedInt64(range.Length);
            }
            writer.Write7BitEncodedInt(split.Piece is null ? 0 : 1);
            if (split.Piece is null) continue;
            WriteBytes(writer, Encoding.UTF8.GetBytes(split.Piece), seal);
            writer.Write7BitEncodedInt64(split.PieceBytes);
        }
    }

    private static FileSplit ReadSplit(BinaryReader reader, List<InputFile> files, BoundarySeal? seal)
    {
        var source = reader.Read7BitEncodedInt();
        var firstNumber = reader.Read7BitEncodedInt64();
        var numbers = reader.Read7BitEncodedInt64();
        var ranges = List(reader, () => new FileRange(files[reader.Read7BitEncodedInt()], reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64()));
        return reader.Read7BitEncodedInt() == 0
            ? new FileSplit(source, ranges, firstNumber, numbers)
            : new FileSplit(source, ranges, firstNumber, numbers, Encoding.UTF8.GetString(ReadBytes(reader, seal)), reader.Read7BitEncodedInt64());
    }

    private static void WriteChannel(BinaryWriter writer, ChannelShape? channel, BoundarySeal? seal)
    {
        writer.Write7BitEncodedInt(channel is null ? 0 : 1);
        if (channel is null) return;
        writer.Write7BitEncodedInt(channel.FirstSegment);
        writer.Write7BitEncodedInt(channel.Partitions);
        writer.Write7BitEncodedInt(channel.Buckets);
        writer.Write7BitEncodedInt(channel.Boundaries.Count);
        foreach (var boundary in channel.Boundaries) WriteBytes(writer, boundary, seal);
    }

    private static void WriteBytes(BinaryWriter writer, byte[] bytes, BoundarySeal? seal)
    {
        var written = seal?.Close(bytes) ?? bytes;
        writer.Write7BitEncodedInt(written.Length);
        writer.Write(written);
    }

    private static List<ChannelShape?> ReadChannels(BinaryReader reader, Func<IReadOnlyList<byte[]>> readBoundaries)
        => List(reader, () => reader.Read7BitEncodedInt() == 0 ? null : new ChannelShape(reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt(), readBoundaries()), MostChannels);

    private static byte[] ReadBytes(BinaryReader reader, BoundarySeal? seal)
    {
        var bytes = reader.ReadBytes(Length(reader));
        return seal?.Open(bytes) ?? bytes;
    }

    private static void PassFile(BinaryReader reader)
    {
        PassBytes(reader);
        reader.Read7BitEncodedInt64();
        reader.Read7BitEncodedInt64();
        reader.Read7BitEncodedInt();
    }

    private static void PassSplit(BinaryReader reader, int files)
    {
        reader.Read7BitEncodedInt();
        reader.Read7BitEncodedInt64();
        reader.Read7BitEncodedInt64();
        for (var left = Count(reader); left > 0; left--)
        {
            var file = reader.Read7BitEncodedInt();
            if (file < 0 || file >= files) throw new FormatException($"It has no file {file}.");
            reader.Read7BitEncodedInt64();
            reader.Read7BitEncodedInt64();
        }
        if (reader.Read7BitEncodedInt() == 0) return;
        PassBytes(reader);
        reader.Read7BitEncodedInt64();
    }

    private static void PassBytes(BinaryReader reader) => reader.BaseStream.Seek(Length(reader), SeekOrigin.Current);

    private static List<T> List<T>(BinaryReader reader, Func<T> read, int most = int.MaxValue)
    {
        var count = Count(reader, most);
        var items = new List<T>(Math.Min(count, MostAtOnce));
        for (var i = 0; i < count; i++) items.Add(read());
        return items;
    }

    private static int Length(BinaryReader reader)
    {
        var length = reader.Read7BitEncodedInt();
        return length >= 0 && length <= Left(reader) ? length : throw new FormatException($"It announces {length} bytes that cannot be there.");
    }

    private static int Count(BinaryReader reader, int most = int.MaxValue)
    {
        var count = reader.Read7BitEncodedInt();
        // Each item takes at least a byte: a longer list than that is damage, and must not cost its length in memory.
        return count >= 0 && count <= Left(reader) && count <= most ? count : throw new FormatException($"It announces a list of {count} items that cannot be there.");
    }

    private static long Left(BinaryReader reader) => reader.BaseStream.Length - reader.BaseStream.Position;
}
