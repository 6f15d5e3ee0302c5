using MapReduce.Api;
using MapReduce.Coordination;
using MapReduce.Node.Security;
using MapReduce.Protocol.Jobs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MapReduce.Node.Http;

/// <summary>The API for the attempts of a job.</summary>
internal sealed class AttemptEndpoints(MasterLink master)
{
    private const int AttemptsOfPage = 50_000;

    private static readonly Dictionary<int, string> Reasons = Enum.GetValues<FailureReason>().ToDictionary(reason => (int)reason, reason => reason.ToString());

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Map(Roles.View, "GET", "/v1/jobs/{job}/attempts", AttemptsAsync, "ListAttempts", "Lists a job's attempts, as columns.", Contract.Answer.Of<AttemptTable>()).TakesNumber("from", "How many attempts to pass over.");
        routes.Map(Roles.View, "GET", "/v1/jobs/{job}/failures", FailuresAsync, "ListFailures", "Lists the first failures of a job's attempts.", Contract.Answer.Of<FailureList>()).TakesNumber("from", "How many failures to pass over.");
    }

    /// <summary>Joins the pages that fit into envelopes to one that fits into an answer.</summary>
    private async Task AttemptsAsync(HttpContext context)
    {
        var from = Reply.Number(context, "from");
        var whole = await AskAsync(context, from);
        for (var last = whole; last.Stage.Count > 0 && whole.Stage.Count < AttemptsOfPage && from + whole.Stage.Count < last.Total;)
        {
            last = await AskAsync(context, from + whole.Stage.Count);
            Append(whole, last);
        }
        await Reply.WriteAsync(context, new AttemptTable
        {
            Total = whole.Total,
            From = from,
            // What the later pages know already is told again by the events after this revision, which does no harm.
            Revision = whole.Revision,
            Base = new DateTimeOffset(whole.Base, TimeSpan.Zero),
            Nodes = whole.Nodes,
            Stage = whole.Stage,
            Kind = whole.Kind,
            Index = whole.Index,
            Number = whole.Number,
            Node = whole.Node,
            Slot = whole.Slot,
            Started = whole.Started,
            Took = whole.Took,
            Outcome = whole.Outcome,
            Reason = whole.Reason,
            Reasons = Reasons,
            Read = whole.BytesRead,
            Written = whole.BytesWritten,
            Spilled = whole.Spilled,
            Rows = whole.Rows,
        }, ApiJson.Default.AttemptTable);
    }

    private static void Append(AttemptsAnswer whole, AttemptsAnswer page)
    {
        var nodes = page.Nodes.Select(node =>
        {
            if (whole.Nodes.IndexOf(node) is >= 0 and var known) return known;
            whole.Nodes.Add(node);
            return whole.Nodes.Count - 1;
        }).ToArray();
        whole.Node.Add(page.Node.Select(node => nodes[node]));
        whole.Stage.Add(page.Stage);
        whole.Kind.Add(page.Kind);
        whole.Index.Add(page.Index);
        whole.Number.Add(page.Number);
        whole.Slot.Add(page.Slot);
        whole.Started.Add(page.Started);
        whole.Took.Add(page.Took);
        whole.Outcome.Add(page.Outcome);
        whole.Reason.Add(page.Reason);
        whole.BytesRead.Add(page.BytesRead);
        whole.BytesWritten.Add(page.BytesWritten);
        whole.Spilled.Add(page.Spilled);
        whole.Rows.Add(page.Rows);
        whole.Total = page.Total;
    }

    private async Task FailuresAsync(HttpContext context)
    {
        var answer = await master.AskAsync<FailuresAnswer>(new FailuresQuery { Job = Reply.Route(context, "job"), From = Reply.Number(context, "from") }, context.RequestAborted);
        var failures = answer.Failures.Select(JobEventCodec.FromRecord).OfType<JobEvent.AttemptFailed>()
            .Select(failed => new AttemptFailureDetails(failed.Attempt.ToString(), failed.Worker.Node, failed.At, failed.Failure.Reason.ToString(), failed.Failure.Message));
        await Reply.WriteAsync(context, new FailureList(answer.Total, [.. failures]), ApiJson.Default.FailureList);
    }

    private Task<AttemptsAnswer> AskAsync(HttpContext context, int from) => master.AskAsync<AttemptsAnswer>(new AttemptsQuery { Job = Reply.Route(context, "job"), From = from }, context.RequestAborted);
}
