using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MapReduce.Node.Security;

/// <summary>What proves a right: the secret of the cluster for users, and for nodes beside their certificates what is derived from it for each job.</summary>
/// <param name="secret">The content of the token file.</param>
/// <param name="time">The clock.</param>
public sealed class Tokens(string secret, TimeProvider time)
{
    private static readonly TimeSpan JobTerm = TimeSpan.FromMinutes(10);

    private readonly byte[] secret = Encoding.UTF8.GetBytes(secret);

    /// <summary>What users send.</summary>
    public string User => Encoding.UTF8.GetString(secret);

    /// <summary>A token for the data of one job, good for a while.</summary>
    public string ForJob(string job)
    {
        var expires = (time.GetUtcNow() + JobTerm).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"{expires}.{Sign(job, expires)}";
    }

    /// <summary>Why a token for a job's data is refused; null where it is good.</summary>
    public string? RefuseJob(string job, string? token)
    {
        if (token is null || token.Split('.') is not [var expires, var signature] || !Same(signature, Sign(job, expires))) return "the token is missing or is not one for this job";
        return long.Parse(expires, CultureInfo.InvariantCulture) < time.GetUtcNow().ToUnixTimeSeconds() ? "the token has expired" : null;
    }

    /// <summary>Compares in a time that does not tell where they differ.</summary>
    public static bool Same(string left, string right) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(left), Encoding.UTF8.GetBytes(right));

    private string Sign(string job, string expires) => Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"job:{job}:{expires}")));
}
