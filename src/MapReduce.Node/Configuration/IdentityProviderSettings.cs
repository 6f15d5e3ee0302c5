using Akka.Configuration;

namespace MapReduce.Node.Configuration;

/// <summary>Whose JSON web tokens a node takes as those of users.</summary>
/// <param name="Authority">The address of the provider, below which it describes itself as OpenID Connect says.</param>
/// <param name="Audience">For whom the tokens have to be.</param>
/// <param name="NameClaim">The claim with the user's name.</param>
/// <param name="RoleClaim">The claim with the role, or several.</param>
public sealed record IdentityProviderSettings(Uri Authority, string Audience, string NameClaim, string RoleClaim)
{
    /// <summary>Reads <c>mapreduce.http.jwt</c>; null where there is no provider.</summary>
    /// <exception cref="ConfigurationException">A setting makes no sense.</exception>
    internal static IdentityProviderSettings? Read(Config config)
    {
        var authority = config.GetString("authority");
        if (authority.Length == 0) return null;
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            throw new ConfigurationException($"mapreduce.http.jwt.authority is '{authority}'. Give the address of the identity provider, which begins with https.");
        return new IdentityProviderSettings(address, Required(config, "audience"), Required(config, "name-claim"), Required(config, "role-claim"));
    }

    private static string Required(Config config, string key)
        => config.GetString(key) is { Length: > 0 } value ? value : throw new ConfigurationException($"mapreduce.http.jwt.{key} is not set, and tokens of {config.GetString("authority")} cannot be told without it.");
}
