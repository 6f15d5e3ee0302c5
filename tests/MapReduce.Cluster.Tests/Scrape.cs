using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace MapReduce.Cluster.Tests;

/// <summary>What Prometheus would read from a node, checked as it would check it.</summary>
internal sealed partial class Scrape
{
    private readonly Dictionary<string, string> types = [];

    private Scrape()
    {
    }

    /// <summary>The samples, by name and labels.</summary>
    public Dictionary<string, double> Samples { get; } = [];

    /// <summary>The names of all samples.</summary>
    public IEnumerable<string> Names => Samples.Keys.Select(key => key[..key.IndexOf('{', StringComparison.Ordinal)]).Distinct();

    public static async Task<Scrape> ReadAsync(Uri node, string token)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return Parse(await http.GetStringAsync(new Uri(node, "metrics")));
    }

    /// <exception cref="FormatException">It is not the text format of Prometheus.</exception>
    public static Scrape Parse(string text)
    {
        var scrape = new Scrape();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                if (!scrape.types.TryAdd(words[2], words[3])) throw new FormatException($"Two families are called {words[2]}.");
            }
            else if (!line.StartsWith('#'))
            {
                scrape.Add(line);
            }
        }
        scrape.CheckHistograms();
        return scrape;
    }

    private void Add(string line)
    {
        var match = SampleLine().Match(line);
        if (!match.Success) throw new FormatException($"This is no sample: {line}");
        var name = match.Groups["name"].Value;
        var family = types.ContainsKey(name) ? name : HistogramSuffix().Replace(name, "");
        if (!types.TryGetValue(family, out var type)) throw new FormatException($"{name} has no type.");
        if (type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal)) throw new FormatException($"The counter {name} does not end in _total.");
        var value = match.Groups["value"].Value is "+Inf" ? double.PositiveInfinity : double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture);
        if (!Samples.TryAdd($"{name}{{{match.Groups["labels"].Value}}}", value)) throw new FormatException($"This sample is there twice: {line}");
    }

    /// <summary>Buckets grow, and the last has all.</summary>
    private void CheckHistograms()
    {
        foreach (var (family, _) in types.Where(type => type.Value == "histogram"))
            foreach (var series in Samples.Where(sample => sample.Key.StartsWith($"{family}_bucket{{", StringComparison.Ordinal)).GroupBy(sample => Bound().Replace(sample.Key, "")))
            {
                var counts = series.Select(sample => sample.Value).ToList();
                if (!counts.SequenceEqual(counts.Order())) throw new FormatException($"The buckets of {series.Key} do not grow.");
            }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>([a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*",?)*)\})? (?<value>[^ ]+)( \d+)?$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex("le=\"[^\"]*\",?")]
    private static partial Regex Bound();
}
