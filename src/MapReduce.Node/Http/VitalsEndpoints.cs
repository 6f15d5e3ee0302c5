using System.Globalization;
using System.Net.Http.Json;
using System.Reflection;
using System.Runtime.InteropServices;
using MapReduce.Api;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol.Jobs;
using MapReduce.Worker;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Http;

/// <summary>How each node is. Any node answers for all, and asks the one that is meant.</summary>
internal sealed class VitalsEndpoints(NodeSettings settings, MasterLink master, WorkerNode node, MachineUse machine)
{
    private const int LongestHistory = 150;
    private const double Precision = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map(Roles.View, "GET", "/v1/nodes/{node}", ShowAsync, "GetNode", "How a node is: what it uses and what runs on it.", Contract.Answer.Of<NodeVitals>());
    }

    /// <summary>Tells another node how this one is.</summary>
    public Task TellAsync(HttpContext context) => Reply.WriteAsync(context, Read(), ApiJson.Default.NodeVitals);

    private async Task ShowAsync(HttpContext context)
    {
        var name = Reply.Route(context, "node");
        await Reply.WriteAsync(context, name == settings.Name ? Read() : await AskAsync(name, context.RequestAborted), ApiJson.Default.NodeVitals);
    }

    private async Task<NodeVitals> AskAsync(string name, CancellationToken cancellation)
    {
        var nodes = await master.AskAsync<NodesAnswer>(new NodesQuery(), cancellation);
        var other = nodes.Nodes.LastOrDefault(other => other.Name == name) ?? throw new QuestionException("unknown-node", $"There is no node '{name}' in the cluster. List the nodes with mr nodes.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await node.Links.Http.GetFromJsonAsync(new Uri(new Uri(other.Data), "internal/vitals"), ApiJson.Default.NodeVitals, patience.Token)
                ?? throw new QuestionException("no-answer", $"The node {name} answers with nothing.");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new QuestionException("no-answer", $"The node {name} does not answer: {exception.Message}");
        }
    }

    private NodeVitals Read()
    {
        var (free, total) = MachineUse.Disk(settings.Folder);
        var samples = machine.Samples.TakeLast(LongestHistory).ToList();
        return new NodeVitals
        {
            Name = settings.Name,
            Version = typeof(VitalsEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
            Platform = string.Create(CultureInfo.InvariantCulture, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}"),
            Process = Environment.ProcessId,
            Started = machine.Started,
            Processors = Environment.ProcessorCount,
            Slots = settings.Slots,
            Draining = node.Draining,
            Cpu = [.. samples.Select(sample => Math.Round(sample.Cpu * Precision) / Precision)],
            Memory = [.. samples.Select(sample => sample.Memory)],
            IntervalSeconds = machine.Interval.TotalSeconds,
            MemoryTotal = machine.MemoryTotal,
            OwnMemory = Environment.WorkingSet,
            DiskFree = free,
            DiskTotal = total,
            Folder = settings.Folder,
            SpareExecutors = node.SpareExecutors,
            Running = [.. node.Activities.OrderBy(activity => activity.Since).Select(Read)],
        };
    }

    private static RunningAttempt Read(Activity activity)
    {
        var executor = activity.Executor();
        return new RunningAttempt(activity.Job, activity.Attempt.ToString(), activity.Since, activity.Bytes(), executor?.Process, executor?.Memory ?? 0, executor?.Threads ?? 0);
    }
}
