namespace MapReduce.Api;

/// <summary>The cluster refused a request, or cannot be reached. The message is for people.</summary>
public sealed class ApiException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The code of <see cref="Unreachable"/> clusters.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The code for changes that are not kept any more: list anew, and watch from the revision that the lists name.</summary>
    public const string Compacted = "compacted";

    /// <summary>A word for programs, such as unknown-job.</summary>
    public string Code { get; } = code;
}
