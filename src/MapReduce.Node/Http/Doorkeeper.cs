using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace MapReduce.Node.Http;

/// <summary>Lets those pass who may, and tells the others why they may not.</summary>
internal sealed class Doorkeeper(Refusals refusals) : IAuthorizationMiddlewareResultHandler
{
    /// <inheritdoc/>
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (Access.IsKnown(context)) Strangers.Admit(context);
        if (authorizeResult.Succeeded) await next(context);
        else await refusals.AnswerAsync(context, authorizeResult.Forbidden ? TooLittle(context) : await UnknownAsync(context));
    }

    /// <summary>The refusal of whoever has told the callers apart, which remembers it for the call.</summary>
    private static async Task<QuestionException> UnknownAsync(HttpContext context)
        => (await context.AuthenticateAsync()).Failure as QuestionException
            ?? new QuestionException("token", "The call has no token. mr reads it from the cluster's folder, or from the file that --token-file names; other programs send it as 'Authorization: Bearer TOKEN'.");

    private static QuestionException TooLittle(HttpContext context)
    {
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
        if (needed is null) return new QuestionException("no-right", "Nobody may call this: it does not say which role it needs, which is a fault of the program. Please report it.");
        return new QuestionException("role", $"{Access.NameOf(context)} has the role {context.User.FindFirstValue(ClaimTypes.Role)}, and this needs the role {needed}. Whoever runs the cluster gives roles: mr user add.");
    }
}
