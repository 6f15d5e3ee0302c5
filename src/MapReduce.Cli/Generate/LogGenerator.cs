using System.Text;

namespace MapReduce.Cli.Generate;

/// <summary>An access log in the combined format: some clients and URLs are busier than others, and time goes on.</summary>
internal sealed class LogGenerator : ILineGenerator
{
    private const int Clients = 200_000;
    private const int Urls = 50_000;
    private const double SecondsBetweenRequests = 0.018;

    private static readonly DateTime Begin = new(2025, 10, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly string[] Sections = ["products", "blog", "static/img", "api/v1/items", "docs", "search", "users", "cart"];
    private static readonly string[] Endings = ["", "", ".png", "", ".html", "", "", ""];
    private static readonly int[] Statuses = [200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 304, 304, 301, 302, 404, 404, 403, 500, 503];

    private static readonly string[] Agents =
    [
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (compatible; ExampleBot/2.1; +https://www.example.org/bot)",
        "curl/8.8.0",
    ];

    private readonly SeededRandom random;
    private readonly Zipf clients = new(Clients, 0.9);
    private readonly Zipf urls = new(Urls, 1.1);
    private readonly byte[][] agents = [.. Agents.Select(Encoding.ASCII.GetBytes)];
    private readonly byte[][] clientNames = [.. Enumerable.Range(0, Clients).Select(Client)];
    private readonly byte[][] urlNames = [.. Enumerable.Range(0, Urls).Select(Url)];
    private double seconds;
    private long stampedSecond = -1;
    private byte[] stamp = [];

    public LogGenerator(ulong seed) => random = new SeededRandom(seed);

    public int LongestLine => 512;

    public int Write(Span<byte> target)
    {
        var line = new LineWriter(target);
        seconds -= SecondsBetweenRequests * Math.Log(1 - random.NextDouble());
        line.Write(clientNames[clients.Next(random)]);
        line.Write(Stamp());
        line.Write(random.Below(20) > 0 ? "\"GET "u8 : "\"POST "u8);
        line.Write(urlNames[urls.Next(random)]);
        line.Write(" HTTP/1.1\" "u8);
        line.Write(Statuses[random.Below(Statuses.Length)]);
        line.Write(" "u8);
        line.Write(random.Below(40_000) + (120 * random.Below(9)));
        line.Write(random.Below(3) > 0 ? " \"-\" \""u8 : " \"https://www.example.org/start\" \""u8);
        line.Write(agents[random.Below(agents.Length)]);
        line.Write("\"\n"u8);
        return line.Length;
    }

    private ReadOnlySpan<byte> Stamp()
    {
        var second = (long)seconds;
        if (second == stampedSecond) return stamp;
        stampedSecond = second;
        return stamp = Encoding.ASCII.GetBytes(Begin.AddSeconds(second).ToString("' - - ['dd'/'MMM'/'yyyy':'HH':'mm':'ss' +0000] '", System.Globalization.CultureInfo.InvariantCulture));
    }

    private static byte[] Client(int rank)
    {
        var bits = SeededRandom.Scramble((ulong)rank + 77);
        return Encoding.ASCII.GetBytes($"{1 + (bits % 223)}.{(bits >> 8) & 255}.{(bits >> 16) & 255}.{1 + ((bits >> 24) % 254)}");
    }

    private static byte[] Url(int rank)
    {
        var bits = SeededRandom.Scramble((ulong)rank + 991);
        return Encoding.ASCII.GetBytes($"/{Sections[bits % 8]}/{(bits >> 8) & 0xFFFFFF:x}{Endings[bits % 8]}");
    }

    /// <summary>Fills a line from its beginning.</summary>
    private ref struct LineWriter(Span<byte> target)
    {
        private readonly Span<byte> target = target;

        public int Length { get; private set; }

        public void Write(ReadOnlySpan<byte> text)
        {
            text.CopyTo(target[Length..]);
            Length += text.Length;
        }

        public void Write(int number)
        {
            number.TryFormat(target[Length..], out var length, default, System.Globalization.CultureInfo.InvariantCulture);
            Length += length;
        }
    }
}
