using System.Globalization;
using MapReduce.Api;

namespace MapReduce.Node.Http;

/// <summary>How much a submission may ask for. <see cref="SubmitRequest"/> says the same to those who make one.</summary>
internal static class SubmitLimits
{
    private const int MostAttempts = 100;
    private const int MostPartitions = 100_000;
    private const int MostCharacters = 200;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(7);

    /// <exception cref="QuestionException">It asks for more, or for less than nothing.</exception>
    public static void Check(SubmitRequest request)
    {
        Check("attempts", request.Attempts, MostAttempts);
        Check("timeoutSeconds", request.TimeoutSeconds, LongestTimeout.TotalSeconds);
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
    public static string NameOf(SubmitRequest request) => request.Name ?? Path.GetFileNameWithoutExtension(request.Assembly);

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
