using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>Answers those who may not call, or not like that, and logs it.</summary>
internal sealed class Refusals(ILogger<Refusals> log)
{
    private readonly RefusalLog refusals = new(log, TimeProvider.System);

    public Task AnswerAsync(HttpContext context, QuestionException refusal)
    {
        Log(context, refusal.Code);
        return Reply.ErrorAsync(context, refusal);
    }

    /// <summary>Logs it only: whoever asked was answered in another way.</summary>
    public void Log(HttpContext context, string code)
        => refusals.Warn("Refused {Method} {Path} from {Remote}: {Code}.", RefusalLog.Short(context.Request.Method), RefusalLog.Short(context.Request.Path.ToUriComponent()), context.Connection.RemoteIpAddress, code);
}
