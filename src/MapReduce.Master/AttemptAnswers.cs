using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;

namespace MapReduce.Master;

/// <summary>Answers to questions about the attempts of a job, in pages that fit into an envelope however long the numbers are.</summary>
internal static class AttemptAnswers
{
    private const int AttemptsOfPage = 1000;

    /// <summary>The attempts from one on.</summary>
    public static AttemptsAnswer Attempts(JobState state, int from)
    {
        var began = state.BeganAt ?? default;
        var answer = new AttemptsAnswer { Total = state.Attempts.Count, Revision = state.Revision, Base = began.UtcTicks };
        var nodes = new Dictionary<string, int>();
        for (var i = from; i < state.Attempts.Count && answer.Stage.Count < AttemptsOfPage; i++)
        {
            var record = state.Attempts[i];
            answer.Stage.Add(record.Attempt.Task.Stage);
            answer.Kind.Add((int)record.Attempt.Task.Kind);
            answer.Index.Add(record.Attempt.Task.Index);
            answer.Number.Add(record.Attempt.Number);
            answer.Node.Add(NodeOf(state.Workers[record.Worker].Node));
            answer.Slot.Add(record.Slot ?? -1);
            answer.Started.Add((long)(record.Started - began).TotalMilliseconds);
            answer.Took.Add((long)(record.Took ?? TimeSpan.Zero).TotalMilliseconds);
            answer.Outcome.Add((int)record.Outcome);
            answer.Reason.Add((int)record.Reason);
            AddProducts(answer, record.Attempt, state.Winner(record.Attempt.Task) == record.Attempt ? state.Made(record.Attempt.Task) : null);
        }
        return answer;

        int NodeOf(string name)
        {
            if (nodes.TryGetValue(name, out var index)) return index;
            nodes[name] = index = answer.Nodes.Count;
            answer.Nodes.Add(name);
            return index;
        }
    }

    /// <summary>The failures from one on.</summary>
    public static FailuresAnswer Failures(JobState state, int from)
    {
        var answer = new FailuresAnswer { Total = state.Attempts.Failures.Count };
        var page = new AnswerPage();
        answer.Failures.Add(state.Attempts.Failures.Skip(from).Select(JobEventCodec.ToRecord).TakeWhile(page.Takes));
        return answer;
    }

    private static void AddProducts(AttemptsAnswer answer, AttemptId attempt, Products? made)
    {
        var totals = made?.Totals ?? new Totals();
        answer.BytesRead.Add(totals.BytesRead);
        answer.BytesWritten.Add(attempt.Task.Kind == TaskKind.Map && totals.ShuffleBytes > 0 ? totals.ShuffleBytes : totals.BytesWritten);
        answer.Spilled.Add(totals.SpilledBytes);
        answer.Rows.Add(totals.RowsWritten);
    }
}
