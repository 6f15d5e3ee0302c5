using System.Collections.Concurrent;
using System.Net;

namespace MapReduce.Cluster.Tests;

/// <summary>A collector of OpenTelemetry on loopback, over HTTP, that keeps what it gets.</summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentDictionary<string, CollectedSpan> spans = [];
    private readonly ConcurrentDictionary<string, int> requests = [];

    public Collector()
    {
        Address = $"http://127.0.0.1:{MapReduce.Node.Configuration.Ports.Free()}";
        listener.Prefixes.Add(Address + "/");
        listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    /// <summary>All spans so far.</summary>
    public ICollection<CollectedSpan> Spans => spans.Values;

    /// <summary>How often something was sent to a path, such as <c>/v1/logs</c>.</summary>
    public int Requests(string path) => requests.GetValueOrDefault(path);

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var path = context.Request.Url!.AbsolutePath;
            if (path == "/v1/traces")
                foreach (var span in CollectedSpan.Read(body.ToArray())) spans[span.Id] = span;
            requests.AddOrUpdate(path, 1, (_, count) => count + 1);
            context.Response.Close();
        }
    }
}
