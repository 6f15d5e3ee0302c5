using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace MapReduce.Node.Http;

/// <summary>Users whom somebody else knows: their tokens are signed by an identity provider, and say who they are and which role they have.</summary>
/// <remarks>Its assemblies are loaded only where there is one.</remarks>
internal static class IdentityProvider
{
    private const string Scheme = "jwt";

    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly object TokenItem = new();

    /// <summary>Adds what checks its tokens.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Add(AuthenticationBuilder schemes, IdentityProviderSettings settings)
    {
        schemes.Services.TryAddSingleton<IAuthenticationConfigurationProvider, NoOtherConfiguration>();
        schemes.AddJwtBearer(Scheme, options =>
        {
            options.Authority = settings.Authority.AbsoluteUri;
            options.Audience = settings.Audience;
            options.MapInboundClaims = false;
            options.RequireHttpsMetadata = settings.Authority.Scheme == Uri.UriSchemeHttps;
            options.TokenValidationParameters.ClockSkew = Skew;
            options.Events = new JwtBearerEvents
            {
                OnMessageReceived = received =>
                {
                    received.Token = received.HttpContext.Items[TokenItem] as string;
                    return Task.CompletedTask;
                },
            };
        });
    }

    /// <summary>Whether a token may be one of a provider: three parts with points between.</summary>
    public static bool MayKnow(string token) => token.Count(c => c == '.') == 2;

    /// <summary>Whose a token is, or why that is nobody who may call.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<(Caller? Caller, QuestionException? Refusal)> CallerOfAsync(HttpContext context, string token, IdentityProviderSettings settings, TimeProvider time)
    {
        if (!await IsKnownAsync(context))
            return (null, new("users", $"The node cannot tell whose the token is, because {settings.Authority.Host} does not say how it signs tokens. Try again, or use a token of mr user add."));
        context.Items[TokenItem] = token;
        var result = await context.AuthenticateAsync(Scheme);
        if (!result.Succeeded) return (null, Why(result.Failure, settings, time));
        var claims = result.Principal;
        var name = claims.FindFirstValue(settings.NameClaim) ?? "";
        if (!User.IsName(name)) return (null, new("token", $"The token names its user '{RefusalLog.Short(name)}' in the claim {settings.NameClaim}, and a name is {User.Names}. mapreduce.http.jwt.name-claim names the claim that has one."));
        var role = Roles.All.LastOrDefault(role => claims.HasClaim(settings.RoleClaim, role));
        return role is null
            ? (null, new("role", $"The token of {name} has none of the roles {string.Join(", ", Roles.All)} in its claim {settings.RoleClaim}. Whoever runs {settings.Authority.Host} gives one."))
            : (new Caller(name, role, Expires: result.Properties.ExpiresUtc), null);
    }

    private static QuestionException Why(Exception? failure, IdentityProviderSettings settings, TimeProvider time) => failure switch
    {
        SecurityTokenExpiredException expired => new("expired", string.Create(CultureInfo.InvariantCulture, $"The token was good until {expired.Expires:yyyy-MM-dd HH:mm} UTC. Get a new one of {settings.Authority.Host}.")),
        SecurityTokenNotYetValidException early => new("token", string.Create(CultureInfo.InvariantCulture,
            $"The token is good from {early.NotBefore:yyyy-MM-dd HH:mm} UTC on, and here it is {time.GetUtcNow().UtcDateTime:yyyy-MM-dd HH:mm}. Wait, or set the clock that is wrong: this node's, or that of {settings.Authority.Host}.")),
        _ => new("token", $"The token is not one of {settings.Authority.Host} for {settings.Audience}. Get one there, and for this audience."),
    };

    /// <summary>Whether it is known how the provider signs tokens, which is asked of it now and then: whoever checks a token says of one that nobody can check only that it is not good.</summary>
    private static async Task<bool> IsKnownAsync(HttpContext context)
    {
        try
        {
            await context.RequestServices.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>().Get(Scheme).ConfigurationManager!.GetConfigurationAsync(context.RequestAborted);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>All there is to say about the scheme is said here.</summary>
    private sealed class NoOtherConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }
}
