using Akka.Actor;
using Google.Protobuf;
using MapReduce.Protocol.Jobs;
using Microsoft.AspNetCore.Http;

namespace MapReduce.Node.Http;

/// <summary>A question that the job master refused, or did not answer.</summary>
internal sealed class QuestionException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>Asks the job master, wherever it is.</summary>
/// <param name="master">The way to it.</param>
internal sealed class MasterLink(IActorRef master)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Waits, but not for long, until the master has answered something.</summary>
    /// <exception cref="QuestionException">None answers.</exception>
    public Task FindAsync() => AskAsync<NodesAnswer>(new NodesQuery(), CancellationToken.None, TimeSpan.FromSeconds(1));

    /// <summary>Asks for a change, and waits for the answer even where the caller has left: what becomes of it is noted.</summary>
    /// <exception cref="QuestionException">The master refuses, or none answers.</exception>
    public Task<TAnswer> ChangeAsync<TAnswer>(HttpContext context, IMessage change, TimeSpan? patience = null)
    {
        AuditNote.Of(context)?.MayBeDone = true;
        return AskAsync<TAnswer>(change, CancellationToken.None, patience);
    }

    /// <exception cref="QuestionException">The master refuses, or none answers.</exception>
    public async Task<TAnswer> AskAsync<TAnswer>(IMessage question, CancellationToken cancellation, TimeSpan? patience = null)
    {
        object answer;
        try
        {
            answer = await master.Ask<object>(question, patience ?? Patience, cancellation);
        }
        catch (AskTimeoutException)
        {
            throw new QuestionException("no-master", "No job master answers. It may be moving to another node; if this lasts, more than half of the cluster's nodes are gone: start them again.");
        }
        return answer switch
        {
            TAnswer expected => expected,
            Refused refused => throw new QuestionException(refused.Code, refused.Message),
            _ => throw new QuestionException("protocol", $"The job master answers with a {answer.GetType().Name}. Run the same version on all nodes."),
        };
    }
}
