using System.Security.Claims;
using MapReduce.Coordination;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol.Jobs;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Http;

/// <summary>Who may call what: each endpoint names the role that it needs, or that it needs none. One that names nothing is refused to everybody.</summary>
internal static class Access
{
    /// <summary>Adds what tells callers apart, and the rights of each role.</summary>
    public static void Add(IServiceCollection services, NodeSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(provider => new Tokens(settings.Token, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new BrowserSessions(settings.Token, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new Users(settings.UsersFile, provider.GetRequiredService<ILogger<Users>>()));
        services.AddSingleton<Callers>();
        services.AddSingleton<Refusals>();
        services.AddSingleton(new AuditLog(settings.Audit));
        services.AddSingleton<Auditor>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Doorkeeper>();
        // What AddAuthentication adds beside this protects cookies by keys that it keeps in the home folder. The signatures of sessions are our own.
        services.AddAuthenticationCore(options => options.DefaultScheme = CallerScheme.Name);
        services.AddWebEncoders();
        var schemes = new AuthenticationBuilder(services).AddScheme<AuthenticationSchemeOptions, CallerScheme>(CallerScheme.Name, null);
        if (settings.IdentityProvider is { } provider) IdentityProvider.Add(schemes, provider);
        var rights = services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(IsNoEndpoint).Build());
        foreach (var role in Roles.All) rights.AddPolicy(role, policy => policy.RequireRole(Roles.From(role)));
    }

    /// <summary>Says which role an endpoint needs.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, string role) where TBuilder : IEndpointConventionBuilder => route.RequireAuthorization(role);

    /// <summary>Those who have identified themselves, as endpoints see them.</summary>
    public static ClaimsPrincipal Principal(Caller caller)
        => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, caller.Name), new Claim(ClaimTypes.Role, caller.Role)], CallerScheme.Name));

    /// <summary>Whether it is known who calls.</summary>
    public static bool IsKnown(HttpContext context) => context.User.Identity is { IsAuthenticated: true };

    /// <summary>The name of whoever calls.</summary>
    public static string NameOf(HttpContext context) => context.User.Identity?.Name ?? "";

    /// <summary>Whether whoever has begun a call that lasts may still call: a user may have been removed since, or have another role.</summary>
    public static bool MayGoOn(HttpContext context) => context.Features.Get<Caller>() is { } caller && context.RequestServices.GetRequiredService<Callers>().Knows(caller);

    /// <summary>Whether a caller may end a job, and read what it has written: it is the caller's own, or the caller operates the cluster.</summary>
    public static bool HasRightTo(HttpContext context, JobSpec job) => context.User.IsInRole(Roles.Operate) || JobOwner.Of(job) == NameOf(context);

    /// <summary>The job that the address names.</summary>
    /// <exception cref="QuestionException">There is no such job.</exception>
    public static Task<JobAnswer> JobAsync(this MasterLink master, HttpContext context) => master.AskAsync<JobAnswer>(new JobQuery { Job = Reply.Route(context, "job") }, context.RequestAborted);

    /// <summary>The job that the address names, which the caller may end, and whose writings the caller may read.</summary>
    /// <exception cref="QuestionException">There is no such job, or the caller has no right to it.</exception>
    public static async Task<JobAnswer> OwnJobAsync(this MasterLink master, HttpContext context)
    {
        var job = await master.JobAsync(context);
        if (HasRightTo(context, job.Spec)) return job;
        var owner = JobOwner.Of(job.Spec);
        throw new QuestionException("owner", $"The job is {owner}'s, and {NameOf(context)} has the role {Roles.Submit}, which is for one's own jobs. Ask {owner}, or somebody with the role {Roles.Operate}.");
    }

    /// <summary>What is no endpoint of ours says that there is nothing, or nothing of the kind, which everybody may know who may know anything.</summary>
    private static bool IsNoEndpoint(AuthorizationHandlerContext context) => context.Resource is HttpContext call && call.GetEndpoint() is not RouteEndpoint;
}
