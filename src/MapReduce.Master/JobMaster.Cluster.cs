using Akka.Actor;
using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;

namespace MapReduce.Master;

public sealed partial class JobMaster
{
    private const int RunningShown = 50;
    private const int RecentShown = 12;
    private const int FailedShown = 6;
    private const int LongestLine = 240;

    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(2);

    private readonly Dictionary<JobId, JobProgress> progress = [];
    private readonly Throughput throughput = new(SampleInterval);

    private void OnProgressed(MasterMessages.Progressed progressed)
    {
        if (!jobs.ContainsKey(progressed.Job)) return;
        Count(progressed.Job, progressed.Progress);
        progress[progressed.Job] = progressed.Progress;
    }

    /// <summary>Adds what a job has done since it was last heard of. The first word of a job that ran under another master is no work of this moment.</summary>
    private void Count(JobId job, JobProgress now)
    {
        if (!progress.TryGetValue(job, out var before))
        {
            if (Registry.Find(job.ToString()) is not { } record || record.Spec.Submitted < beganAt.UtcTicks) return;
            before = new JobProgress();
        }
        throughput.Add(now.WorkBytes - before.WorkBytes, now.MapsDone + now.ReducesDone - before.MapsDone - before.ReducesDone);
    }

    private void TakeSample() => throughput.Tick(Now, members.Nodes.Keys.Sum(Dispatcher.Busy));

    private JobEnded EndOf(MasterMessages.Over over)
    {
        Count(over.Job, over.End.Progress);
        return new JobEnded
        {
            Job = over.Job.ToString(),
            Phase = over.End.Phase,
            Tasks = over.End.Tasks,
            Reason = over.End.Failed is { } failed ? (int)failed.Failure.Reason : 0,
            Cause = over.End.Failed is { } cause ? InOneLine(cause.Failure.Message) : "",
            FailedTask = over.End.Failed?.Task?.ToString() ?? "",
            Progress = over.End.Progress,
            JournalBytes = over.End.JournalBytes,
        };
    }

    private static string InOneLine(string message)
    {
        var line = message.AsSpan().TrimStart();
        if (line.IndexOfAny('\r', '\n') is >= 0 and var end) line = line[..end];
        return line.Length <= LongestLine ? line.ToString() : $"{line[..LongestLine]} …";
    }

    private JobEntry Entry(JobRecord job)
    {
        var id = JobId.Parse(job.Spec.Id);
        Dispatcher.Demands.TryGetValue(id, out var demand);
        var known = job.End?.Progress ?? progress.GetValueOrDefault(id);
        return new JobEntry
        {
            Id = job.Spec.Id,
            Name = InOneLine(job.Spec.Name),
            Owner = JobOwner.Of(job.Spec),
            Phase = job.Phase,
            Submitted = job.Spec.Submitted,
            Ended = job.EndedAt,
            Tasks = job.IsOver ? job.Tasks : known is null ? demand.Running + demand.Runnable : known.Maps + known.Reduces,
            TasksDone = known is null ? job.IsOver ? job.Tasks : 0 : known.MapsDone + known.ReducesDone,
            Priority = job.Spec.Priority,
            Progress = known,
            Reason = job.End?.Reason ?? 0,
            Cause = job.End?.Cause ?? "",
            FailedTask = job.End?.FailedTask ?? "",
        };
    }

    private void OnCluster(ClusterQuery query)
    {
        var answer = new ClusterAnswer
        {
            Nodes = Nodes(),
            Total = Registry.Count,
            Sampled = throughput.Last * throughput.Interval.Ticks,
            SampleInterval = (long)throughput.Interval.TotalMilliseconds,
        };
        foreach (var job in Registry.Newest)
        {
            if (!job.IsOver)
            {
                if (answer.RunningTotal++ < RunningShown) answer.Running.Add(Entry(job));
                continue;
            }
            if (answer.Recent.Count < RecentShown) answer.Recent.Add(Entry(job));
            if (job.Phase == "failed" && answer.Failed.Count < FailedShown) answer.Failed.Add(Entry(job));
        }
        var samples = throughput.Samples;
        var passed = (int)Math.Clamp(query.From - (throughput.Last - samples.Count), 0, samples.Count);
        answer.FirstSample = throughput.Last - samples.Count + passed + 1;
        foreach (var sample in samples.Skip(passed))
        {
            answer.Bytes.Add(sample.Bytes);
            answer.Tasks.Add(sample.Tasks);
            answer.Busy.Add(sample.Busy);
        }
        Sender.Tell(answer);
    }
}
