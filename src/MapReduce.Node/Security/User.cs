using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MapReduce.Node.Security;

/// <summary>Somebody who may call the nodes, beside the owner of the cluster.</summary>
/// <param name="Name">How the user is called.</param>
/// <param name="Role">One of <see cref="Roles"/>.</param>
/// <param name="Digest">That of the user's token, of which nobody else keeps more.</param>
/// <param name="Expires">Until when the token is good.</param>
public sealed partial record User(string Name, string Role, string Digest, DateTimeOffset Expires)
{
    /// <summary>What a name may be, in words.</summary>
    public const string Names = "up to 64 letters of a to z, digits and . _ - @, beginning with a letter or a digit";

    private const int TokenBytes = 32;
    private const string TokenPrefix = "mr_";

    /// <summary>Whether somebody may be called so. The owner of the cluster is, already.</summary>
    public static bool IsName(string name) => NamePattern().IsMatch(name) && !name.Equals(Caller.Owner.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>A token that nobody has had.</summary>
    public static string NewToken() => TokenPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    /// <summary>The digest of a token: SHA-256 in hexadecimal digits. Tokens are random, so it needs no salt and no slowness.</summary>
    public static string DigestOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._@-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
