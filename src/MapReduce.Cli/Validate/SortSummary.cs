using System.IO.Hashing;

namespace MapReduce.Cli.Validate;

/// <summary>What is to be known of a row of records: their number, order and checksum.</summary>
/// <remarks>The checksum is the sort benchmark's: the CRC-32 of every record, added up in 128 bits. It does not depend on the order.</remarks>
internal sealed class SortSummary(int recordLength, int keyLength)
{
    private readonly byte[] previous = new byte[recordLength];

    public long Records { get; private set; }

    /// <summary>The number of records with a smaller key than the record before.</summary>
    public long Unordered { get; private set; }

    /// <summary>The number of the first of them, from 0; -1 where there is none.</summary>
    public long FirstUnordered { get; private set; } = -1;

    /// <summary>The number of records with the same key as the record before.</summary>
    public long Duplicates { get; private set; }

    /// <summary>The parts that begin with the key that the part before ended with: a key that two reducers have seen.</summary>
    public List<string> SplitKeys { get; } = [];

    public UInt128 Checksum { get; private set; }

    /// <summary>Adds the records of a file.</summary>
    /// <exception cref="UserException">It cannot be read, or its last record is cut short.</exception>
    public void Add(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            if (file.Length % recordLength != 0)
                throw new UserException(ExitCode.Failed, $"'{path}' has {file.Length} bytes, no multiple of {recordLength}: a partial record is at its end. Check --record.");
            var buffer = new byte[recordLength * Math.Max(1, (1 << 20) / recordLength)];
            var isFirst = true;
            for (int length; (length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0;)
            {
                for (var at = 0; at < length; at += recordLength)
                {
                    Add(buffer.AsSpan(at, recordLength), isFirst ? path : null);
                    isFirst = false;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserException(ExitCode.Input, $"'{path}' cannot be read: {exception.Message} Check the path.");
        }
    }

    private void Add(ReadOnlySpan<byte> record, string? firstOf)
    {
        if (Records > 0)
        {
            var order = previous.AsSpan(0, keyLength).SequenceCompareTo(record[..keyLength]);
            if (order == 0)
            {
                Duplicates++;
                if (firstOf is not null) SplitKeys.Add(firstOf);
            }
            if (order > 0)
            {
                Unordered++;
                if (FirstUnordered < 0) FirstUnordered = Records;
            }
        }
        record.CopyTo(previous);
        Checksum += Crc32.HashToUInt32(record);
        Records++;
    }
}
