using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CommandLine;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

public sealed class ForgingOptions
{
    [Option("file", HelpText = "What is to be published: a file that the job has not made.")]
    public string File { get; set; } = "";

    [Option("length", HelpText = "Its length.")]
    public long Length { get; set; }

    [Option("hash", HelpText = "Its hash.")]
    public string Hash { get; set; } = "";

    [Option("link", HelpText = "Instead of the file itself, report a link to it that lies among finished files: in the staging folder that is in this one.")]
    public string Link { get; set; } = "";
}

/// <summary>Reports over its executor's own socket that its reduce task has finished a part "loot", before the executor reports what the task has done.</summary>
public sealed class Forging : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<ForgingOptions>();
        job.ReadLines(job.Inputs)
            .Map((TextLine line, IEmitter<string, long> output) => output.Emit(line.ToString(), 1))
            .Reduce((string _, Values<long> _, IEmitter<string, long> _) => Send(Report(options, options.Link.Length == 0 ? options.File : LinkIn(options.Link, options.File))))
            .WriteText(job.Output);
    }

    private static string LinkIn(string folder, string file)
    {
        var link = Path.Combine(Directory.GetDirectories(folder, ".out.mr-*").Single(), "private", "loot");
        try
        {
            File.CreateSymbolicLink(link, file);
        }
        catch (UnauthorizedAccessException)
        {
            // Code that is confined makes no links, and can still tell of them.
        }
        return link;
    }

    /// <summary>FromExecutor { reduced { attempt { } products { parts { name, private_path, length, hash } totals { } } } } after its length.</summary>
    private static byte[] Report(ForgingOptions options, string path)
    {
        byte[] part = [.. Field(1, "loot"u8.ToArray()), .. Field(2, Encoding.UTF8.GetBytes(path)), .. Number(3, options.Length), .. Field(4, Encoding.UTF8.GetBytes(options.Hash))];
        byte[] products = [.. Field(1, part), .. Field(3, [])];
        var message = Field(5, [.. Field(1, []), .. Field(2, products)]);
        return [.. Digits((ulong)message.Length), .. message];
    }

    private static byte[] Field(ulong number, byte[] content) => [.. Digits(number << 3 | 2), .. Digits((ulong)content.Length), .. content];

    private static byte[] Number(ulong number, long value) => [.. Digits(number << 3), .. Digits((ulong)value)];

    /// <summary>A number as protobuf has it.</summary>
    private static List<byte> Digits(ulong value)
    {
        var digits = new List<byte>();
        for (; value > 0x7F; value >>= 7) digits.Add((byte)(value | 0x80));
        digits.Add((byte)value);
        return digits;
    }

    /// <summary>The runtime's own sockets have nobody at the other end, and take nothing.</summary>
    private static void Send(byte[] frame)
    {
        foreach (var open in Directory.GetFileSystemEntries("/proc/self/fd"))
            if (new FileInfo(open).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true)
                _ = Write(int.Parse(Path.GetFileName(open), CultureInfo.InvariantCulture), frame, frame.Length);
    }

    [DllImport("libc", EntryPoint = "write")]
    private static extern nint Write(int file, byte[] bytes, nint count);
}
