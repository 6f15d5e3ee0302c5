using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MapReduce.Api;

/// <summary>Speaks to a cluster: submits, watches and cancels jobs, and reads their results. Any node answers; where one is gone the next is asked.</summary>
/// <remarks>Each method throws <see cref="ApiException"/> where the cluster refuses or cannot be reached.</remarks>
public sealed class MapReduceClient : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    // A node that has been stopped still takes connections; only its silence tells. A living one answers, or says that it waits, much sooner.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LongestUpload = TimeSpan.FromMinutes(2);

    // Where every address refuses connections and none has ever answered, there is most likely no cluster, and whoever made a slip wants to know.
    private static readonly TimeSpan PatienceWithStrangers = TimeSpan.FromSeconds(5);

    /// <summary>The name of the source of spans: <see cref="SubmitAsync"/> makes one, and the cluster's spans of the job are below it.</summary>
    public const string TraceSource = "MapReduce.Api";

    private static readonly ActivitySource Source = new(TraceSource);

    private readonly HttpClient http;
    private readonly Uri[] nodes;
    private readonly TimeSpan patience;
    private volatile bool hasAnswered;
    private int current;

    /// <param name="nodes">The addresses of nodes, at least one.</param>
    /// <param name="token">The token of the cluster, or of a user.</param>
    /// <param name="handler">Sends the requests; null for the usual way, which goes straight to the nodes: no proxy that the environment names is given the token.</param>
    /// <param name="patience">How long to look for a node that answers; by default 30 seconds, long enough for a master to move; 5 at most where no node has ever answered and all refuse connections.</param>
    public MapReduceClient(IEnumerable<Uri> nodes, string token, HttpMessageHandler? handler = null, TimeSpan? patience = null)
    {
        this.nodes = [.. nodes];
        if (this.nodes.Length == 0) throw new ArgumentException("A client needs the address of at least one node.", nameof(nodes));
        this.patience = patience ?? TimeSpan.FromSeconds(30);
        http = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2), ActivityHeadersPropagator = null }, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Gives a package to the cluster, which keeps it on three nodes where there are so many.</summary>
    /// <param name="zipFile">The path of a ZIP archive with the job's assembly and all that it needs.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<PackageReceipt> UploadAsync(string zipFile, CancellationToken cancellation = default)
        => SendAsync(() => new HttpRequestMessage(HttpMethod.Post, "v1/packages") { Content = new StreamContent(File.OpenRead(zipFile)), Headers = { ExpectContinue = true } }, ApiJson.Default.PackageReceipt, cancellation);

    /// <summary>Gives a side file of a job to the cluster, which keeps it on three nodes where there are so many.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<FileReceipt> UploadFileAsync(string file, CancellationToken cancellation = default)
        => SendAsync(() => new HttpRequestMessage(HttpMethod.Post, "v1/files") { Content = new StreamContent(File.OpenRead(file)), Headers = { ExpectContinue = true } }, ApiJson.Default.FileReceipt, cancellation);

    /// <summary>Submits a job. With a client token it may be repeated.</summary>
    public async Task<JobReceipt> SubmitAsync(SubmitRequest request, CancellationToken cancellation = default)
    {
        using var span = Source.StartActivity("submit job", ActivityKind.Client);
        var receipt = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, "v1/jobs") { Content = JsonContent.Create(request, ApiJson.Default.SubmitRequest) }, ApiJson.Default.JobReceipt, cancellation);
        span?.SetTag("mapreduce.job", receipt.Id);
        return receipt;
    }

    /// <summary>Some of the jobs, newest first.</summary>
    public Task<JobList> JobsAsync(int from = 0, CancellationToken cancellation = default) => GetAsync($"v1/jobs?from={from}", ApiJson.Default.JobList, cancellation);

    /// <summary>Some of the jobs that whoever calls has submitted, newest first.</summary>
    public Task<JobList> OwnJobsAsync(int from = 0, CancellationToken cancellation = default) => GetAsync($"v1/jobs?mine=1&from={from}", ApiJson.Default.JobList, cancellation);

    /// <summary>Some of the jobs that a person looks for, newest first.</summary>
    /// <param name="search">A part of the name, the id or the output; empty for all.</param>
    /// <param name="phase">The phase; empty for any.</param>
    /// <param name="from">How many to pass over.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<JobList> FindJobsAsync(string search, string phase = "", int from = 0, CancellationToken cancellation = default)
        => GetAsync($"v1/jobs?from={from}&search={Uri.EscapeDataString(search)}&phase={Uri.EscapeDataString(phase)}", ApiJson.Default.JobList, cancellation);

    /// <summary>The cluster at a glance.</summary>
    /// <param name="from">The number of the last sample of throughput that is not wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<ClusterStatus> ClusterAsync(long from = 0, CancellationToken cancellation = default) => GetAsync($"v1/cluster?from={from}", ApiJson.Default.ClusterStatus, cancellation);

    /// <summary>All about a job.</summary>
    /// <param name="job">Its id, the beginning of one, or its name.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<JobDetails> JobAsync(string job, CancellationToken cancellation = default) => GetAsync(PathOf(job), ApiJson.Default.JobDetails, cancellation);

    /// <summary>Some of a job's tasks.</summary>
    public Task<TaskList> TasksAsync(string job, int from = 0, CancellationToken cancellation = default) => GetAsync($"{PathOf(job)}/tasks?from={from}", ApiJson.Default.TaskList, cancellation);

    /// <summary>The attempts of a job; of a very large one those of a page.</summary>
    public Task<AttemptTable> AttemptsAsync(string job, int from = 0, CancellationToken cancellation = default) => GetAsync($"{PathOf(job)}/attempts?from={from}", ApiJson.Default.AttemptTable, cancellation);

    /// <summary>The first failures of a job's attempts.</summary>
    public Task<FailureList> FailuresAsync(string job, int from = 0, CancellationToken cancellation = default) => GetAsync($"{PathOf(job)}/failures?from={from}", ApiJson.Default.FailureList, cancellation);

    /// <summary>Why a job failed or is slow.</summary>
    public Task<Diagnosis> DiagnoseAsync(string job, CancellationToken cancellation = default) => GetAsync($"{PathOf(job)}/diagnosis", ApiJson.Default.Diagnosis, cancellation);

    /// <summary>All that is needed to run a job's tasks again elsewhere.</summary>
    public Task<OrderDetails> OrderAsync(string job, CancellationToken cancellation = default) => GetAsync($"{PathOf(job)}/order", ApiJson.Default.OrderDetails, cancellation);

    /// <summary>A package or a plan.</summary>
    /// <param name="digest">Its digest.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Stream> ReadBlobAsync(string digest, CancellationToken cancellation = default)
        => await (await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"v1/blobs/{Uri.EscapeDataString(digest)}"), cancellation)).Content.ReadAsStreamAsync(cancellation);

    /// <summary>A reduce task's share of a map output, as a segment file; nodes keep it while the job runs. With the code no-segment where it is gone.</summary>
    /// <param name="job">The job.</param>
    /// <param name="plan">The digest of the stage's plan.</param>
    /// <param name="attempt">The map attempt.</param>
    /// <param name="reduce">The number of the reduce task.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Stream> ReadSegmentAsync(string job, string plan, string attempt, int reduce, CancellationToken cancellation = default)
        => await (await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{PathOf(job)}/plans/{Uri.EscapeDataString(plan)}/maps/{Uri.EscapeDataString(attempt)}/segments/{reduce}"), cancellation)).Content.ReadAsStreamAsync(cancellation);

    /// <summary>What an attempt wrote to standard output and error.</summary>
    public async Task<string> LogAsync(string job, string attempt, CancellationToken cancellation = default)
    {
        using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{PathOf(job)}/attempts/{Uri.EscapeDataString(attempt)}/log"), cancellation);
        return await response.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>Cancels a job.</summary>
    public async Task CancelAsync(string job, CancellationToken cancellation = default)
        => (await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, $"{PathOf(job)}/cancel"), cancellation)).Dispose();

    /// <summary>Deletes what is known of a job that has ended. Its output stays.</summary>
    public async Task DeleteAsync(string job, CancellationToken cancellation = default)
        => (await SendAsync(() => new HttpRequestMessage(HttpMethod.Delete, PathOf(job)), cancellation)).Dispose();

    /// <summary>The members of the cluster.</summary>
    public Task<NodeList> NodesAsync(CancellationToken cancellation = default) => GetAsync("v1/nodes", ApiJson.Default.NodeList, cancellation);

    /// <summary>What callers have changed lately, or tried to; for those who operate the cluster.</summary>
    /// <param name="last">How many entries, 1000 at most.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<AuditList> AuditAsync(int last = 100, CancellationToken cancellation = default) => GetAsync($"v1/audit?last={last}", ApiJson.Default.AuditList, cancellation);

    /// <summary>How a node is.</summary>
    public Task<NodeVitals> NodeAsync(string node, CancellationToken cancellation = default) => GetAsync($"v1/nodes/{Uri.EscapeDataString(node)}", ApiJson.Default.NodeVitals, cancellation);

    /// <summary>Lets a node take no more work, and tells how far it is with the rest.</summary>
    public Task<DrainStatus> DrainAsync(string node, CancellationToken cancellation = default)
        => SendAsync(() => new HttpRequestMessage(HttpMethod.Post, $"v1/nodes/{Uri.EscapeDataString(node)}/drain"), ApiJson.Default.DrainStatus, cancellation);

    /// <summary>A file of a job's output.</summary>
    /// <param name="job">The job.</param>
    /// <param name="name">The file's name below the output folder, such as part-00000; empty for the manifest.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<Stream> ReadOutputAsync(string job, string name = "", CancellationToken cancellation = default)
    {
        var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{PathOf(job)}/output/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}"), cancellation);
        return await response.Content.ReadAsStreamAsync(cancellation);
    }

    /// <summary>A job's events from a revision on, to its end: as they happen, in order, without a gap, whatever becomes of the connection or the node.</summary>
    /// <param name="job">The job.</param>
    /// <param name="from">The last revision that is not wanted.</param>
    /// <param name="cancellation">Stops watching.</param>
    public async IAsyncEnumerable<JobEventDetails> WatchAsync(string job, long from = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{PathOf(job)}/events?from={from}"), cancellation);
            await foreach (var item in EventsAsync(response, cancellation))
            {
                if (item.EventType == "end") yield break;
                if (item.EventType != "job") continue;
                var details = JsonSerializer.Deserialize(item.Data, ApiJson.Default.JobEventDetails)!;
                from = details.Revision;
                yield return details;
            }
        }
    }

    /// <summary>Changes of the whole cluster as they happen: jobs, nodes and masters. Ends only where it is cancelled; where the node goes away, the next one goes on from the same revision.</summary>
    /// <param name="from">The revision that is known; null for all changes from now on. Lists of jobs and nodes name the revision that they show.</param>
    /// <param name="cancellation">Ends the watch.</param>
    /// <exception cref="ApiException">With the code <see cref="ApiException.Compacted"/> where changes after that revision are not kept any more.</exception>
    public async IAsyncEnumerable<ClusterChange> WatchClusterAsync(long? from = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            using var response = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, from is null ? "v1/events" : $"v1/events?from={from}"), cancellation);
            await foreach (var item in EventsAsync(response, cancellation))
            {
                if (item.EventType == "compacted") throw new ApiException(ApiException.Compacted, item.Data);
                if (item.EventType == "waiting" && long.TryParse(item.Data, out var revision)) from = revision;
                if (item.EventType != "change") continue;
                var change = JsonSerializer.Deserialize(item.Data, ApiJson.Default.ClusterChange)!;
                from = change.Revision;
                yield return change;
            }
        }
    }

    /// <summary>The events of an answer, until it ends or the node falls silent; the next request goes to another node then.</summary>
    private async IAsyncEnumerable<SseItem<string>> EventsAsync(HttpResponseMessage response, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var content = await response.Content.ReadAsStreamAsync(cancellation);
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using var events = SseParser.Create(content).EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
        while (true)
        {
            silence.CancelAfter(LongestSilence);
            try
            {
                if (!await events.MoveNextAsync())
                {
                    // The node has stopped, or is cut off from the master.
                    current++;
                    yield break;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || IsSilence(exception, cancellation))
            {
                current++;
                yield break;
            }
            yield return events.Current;
        }
    }

    /// <summary>Waits until a job has ended.</summary>
    public async Task<JobDetails> WaitAsync(string job, CancellationToken cancellation = default)
    {
        var details = await JobAsync(job, cancellation);
        if (details.Ended is null)
            await foreach (var _ in WatchAsync(details.Id, details.Revision, cancellation))
            {
                // Only the end matters.
            }
        return await JobAsync(details.Id, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static string PathOf(string job) => $"v1/jobs/{Uri.EscapeDataString(job)}";

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) => SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), type, cancellation);

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await SendAsync(request, cancellation);
        return await response.Content.ReadFromJsonAsync(type, cancellation) ?? throw new ApiException("protocol", "The cluster's answer is empty. Use the same version of the program as the cluster.");
    }

    /// <summary>Sends a request to a node that answers. Every request may be repeated: none does anything twice.</summary>
    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var areStrangers = !hasAnswered;
        var full = 0;
        for (var tries = 1; ; tries++)
        {
            var node = nodes[current % nodes.Length];
            try
            {
                using var request = make();
                request.RequestUri = new Uri(node, request.RequestUri!);
                if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } span) request.Headers.TryAddWithoutValidation("traceparent", span.Id);
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                silence.CancelAfter(request.Content is null ? LongestSilence : LongestUpload);
                var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
                (hasAnswered, areStrangers) = (true, false);
                if (response.IsSuccessStatusCode) return response;
                var error = await ErrorAsync(response, cancellation);
                response.Dispose();
                var mayGoOn = error.Code switch
                {
                    // That node may be cut off from the others, of which some have a master; or be called too often at this moment.
                    "no-master" or "no-copies" or "pace" => TimeProvider.System.GetElapsedTime(begun) <= patience,
                    // Another may have room. It takes minutes until this one has, so that each is asked once.
                    "full" => ++full < nodes.Length,
                    _ => false,
                };
                if (!mayGoOn) throw error;
                current++;
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException || IsSilence(exception, cancellation))
            {
                if (exception.InnerException is System.Security.Authentication.AuthenticationException refused)
                    throw new ApiException("certificate", $"{node} cannot be trusted: {refused.Message.TrimEnd('.')}. {RemedyOf(refused.Message)}", exception);
                areStrangers &= exception.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused };
                var limit = areStrangers && patience > PatienceWithStrangers ? PatienceWithStrangers : patience;
                if (tries >= nodes.Length && TimeProvider.System.GetElapsedTime(begun) > limit)
                    throw new ApiException(ApiException.Unreachable, $"No node of the cluster answers at {string.Join(", ", nodes.Select(address => address.Authority))}: {exception.Message.TrimEnd('.')}. Start the nodes, or check the addresses; mr cluster status shows the nodes of a cluster on this machine.", exception);
                current++;
            }
            await Task.Delay(RetryDelay, cancellation);
        }
    }

    /// <summary>What to do about a certificate that is refused. The runtime's sentence names what is wrong with it.</summary>
    private static string RemedyOf(string refusal)
    {
        if (refusal.Contains(nameof(SslPolicyErrors.RemoteCertificateNameMismatch), StringComparison.Ordinal)) return "Call the node by a name or an address that its certificate is for.";
        if (refusal.Contains(nameof(X509ChainStatusFlags.NotTimeValid), StringComparison.Ordinal)) return "Compare the clock of this machine with the node's; where both are right the node needs another certificate, from mr certificate create.";
        return "Give the cluster's certificate authority; mr takes its file with --authority.";
    }

    private static bool IsSilence(Exception exception, CancellationToken cancellation) => exception is OperationCanceledException && !cancellation.IsCancellationRequested;

    private static async Task<ApiException> ErrorAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            if (await response.Content.ReadFromJsonAsync(ApiJson.Default.ApiError, cancellation) is { } error) return new ApiException(error.Code, error.Message);
        }
        catch (JsonException)
        {
            // Not an answer of ours.
        }
        return new ApiException("protocol", $"{response.RequestMessage?.RequestUri} answers {(int)response.StatusCode} {response.ReasonPhrase}. Is that a node of this version?");
    }
}
