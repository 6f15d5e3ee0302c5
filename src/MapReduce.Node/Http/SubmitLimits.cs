using System.Globalization;
using MapReduce.Api;
using MapReduce.Worker.Blobs;

namespace MapReduce.Node.Http;

/// <summary>How much a submission may ask for. <see cref="SubmitRequest"/> says the same to those who make one, and the options of <c>mr submit</c> do.</summary>
public static class SubmitLimits
{
    /// <summary>The most attempts at a task.</summary>
    public const int MostAttempts = 100;

    /// <summary>The most partitions.</summary>
    public const int MostPartitions = 100_000;

    /// <summary>The highest priority; the lowest is 1.</summary>
    public const int HighestPriority = 1000;

    /// <summary>The most seconds that an attempt may make no progress: seven days.</summary>
    public const int LongestTimeout = 7 * 24 * 60 * 60;

    /// <summary>The most characters of a name, and of a client token.</summary>
    public const int MostCharacters = 200;

    /// <summary>The most bytes of all that the job master remembers of a submission: inputs and arguments, for the most part.</summary>
    public const int MostBytes = 48 << 10;

    /// <summary>What whoever asks for more of that is told.</summary>
    public static string TooLarge => $"The inputs and arguments of the job have more than {MostBytes >> 10} KiB. Name folders or globs instead of single files.";

    /// <exception cref="QuestionException">It asks for more, or for less than nothing.</exception>
    internal static void Check(SubmitRequest request)
    {
        CheckPresence(request);
        if (!UnpackedPackage.IsFileName(request.Assembly)) throw Refused($"assembly is '{RefusalLog.Short(request.Assembly)}', and has to be the name of a file that lies directly in the package.");
        Check("attempts", request.Attempts, MostAttempts);
        Check("timeoutSeconds", request.TimeoutSeconds, LongestTimeout);
        Check("partitions", request.Partitions, MostPartitions);
        Check("memory", request.Memory);
        Check("memoryLimit", request.MemoryLimit);
        Check("splitBytes", request.SplitBytes);
        Check("skipBadRecords", request.SkipBadRecords);
        Check("clientToken", request.ClientToken ?? "");
        var name = NameOf(request);
        Check("name", name);
        if (name.Any(char.IsControl)) throw Refused($"name has the control character U+{(int)name.First(char.IsControl):X4}, and may have none.");
    }

    /// <summary>What lists call the job.</summary>
    internal static string NameOf(SubmitRequest request) => request.Name ?? Path.GetFileNameWithoutExtension(request.Assembly);

    // JSON can say of anything that it is null, whatever the type says.
    private static void CheckPresence(SubmitRequest request)
    {
        object?[] texts = [request.Package, request.Assembly, request.Output, request.Compression];
        if (texts.Contains(null)) throw Refused($"package, assembly and output are needed, and compression, where it is given, is none, lz4 or zstd: none of them may be null.");
        if (request.Inputs?.Contains(null!) != false || request.Arguments?.Contains(null!) != false || request.SideFiles?.Values.Contains(null!) != false)
            throw Refused($"inputs, arguments and sideFiles are lists of texts, and neither they nor what is in them may be null. Leave out what has none.");
    }

    // What is no number is in no range either.
    private static void Check(string field, double value, double most)
    {
        if (!(value >= 0 && value <= most)) throw Refused($"{field} is {value}, and may be from 0 to {most}.");
    }

    private static void Check(string field, long value)
    {
        if (value < 0) throw Refused($"{field} is {value}, and may not be negative.");
    }

    private static void Check(string field, string text)
    {
        if (text.Length > MostCharacters) throw Refused($"{field} has {text.Length} characters, and may have {MostCharacters}.");
    }

    private static QuestionException Refused(FormattableString sentence) => new("limit", sentence.ToString(CultureInfo.InvariantCulture));
}
