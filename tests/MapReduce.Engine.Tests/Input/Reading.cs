using System.Text;
using MapReduce.Engine.Input;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tests.Input;

/// <summary>Reads files through the engine's readers.</summary>
internal static class Reading
{
    public static InputFile File(TemporaryFolder folder, ReadOnlySpan<byte> bytes, string name = "input")
    {
        System.IO.File.WriteAllBytes(folder[name], bytes);
        var info = new FileInfo(folder[name]);
        return new InputFile(info.FullName, info.Length, info.LastWriteTimeUtc.Ticks, ByteSources.Detect(info.FullName));
    }

    /// <summary>All lines of a range, each behind its offset.</summary>
    public static List<(long Offset, string Line)> Lines(InputFile file, long start, long length, int buffer = 4096, bool keepCarriageReturn = false)
    {
        var lines = new List<(long, string)>();
        var context = Context(buffer);
        new TextLineReader(keepCarriageReturn).Read(Split(file, start, length), line => lines.Add((context.Position.Offset, Latin1(line.Bytes))), context);
        return lines;
    }

    public static List<string> Records(InputFile file, int record, long start, long length, int buffer = 4096)
    {
        var records = new List<string>();
        new FixedRecordReader(record).Read(Split(file, start, length), bytes => records.Add(Latin1(bytes.Bytes)), Context(buffer));
        return records;
    }

    public static List<TRecord> All<TRecord>(InputFormat<TRecord> format, InputFile file)
    {
        var records = new List<TRecord>();
        Readers.For(format).Read(Split(file, 0, file.Length), records.Add, Context(4096));
        return records;
    }

    public static FileSplit Split(InputFile file, long start, long length) => new(0, [new FileRange(file, start, length)]);

    public static ReadContext Context(int buffer) => new(new RecordPosition(), new Strict(), CancellationToken.None, buffer, null);

    /// <summary>Text that shows each byte.</summary>
    public static string Latin1(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private sealed class Strict : IBadRecords
    {
        public bool Skips => false;

        public void OnBadRecord(Exception cause, ReadOnlySpan<byte> record) => throw new EngineException(EngineError.UserCode, cause.Message, cause);

        public void OnGoodRecord()
        {
        }
    }
}
