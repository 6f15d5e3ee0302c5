using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>How many calls a second a node takes.</summary>
/// <param name="User">From one user; 0 for any number.</param>
/// <param name="Stranger">From one address that shows nothing; 0 for any number.</param>
/// <param name="Burst">The calls of how many seconds may come at once.</param>
/// <param name="Open">The calls of one user that may be open at once; 0 for any number.</param>
public sealed record PaceSettings(int User, int Stranger, int Burst, int Open)
{
    private const int MostCalls = 100_000;
    private const int LongestBurst = 3600;

    /// <summary>Reads <c>mapreduce.http.pace</c>.</summary>
    /// <exception cref="ConfigurationException">A setting makes no sense.</exception>
    internal static PaceSettings Read(Config config) => new(Number(config, "user", 0, MostCalls), Number(config, "stranger", 0, MostCalls), Number(config, "burst", 1, LongestBurst), Number(config, "open", 0, MostCalls));

    private static int Number(Config config, string key, int least, int most)
        => config.GetInt(key) is var number && number >= least && number <= most ? number : throw new ConfigurationException($"mapreduce.http.pace.{key} is {number}. It may be from {least} to {most}.");
}
