namespace MapReduce.Worker;

/// <summary>How a node reaches the others.</summary>
/// <param name="Http">Sends requests, with whatever proves that this node belongs to the cluster.</param>
/// <param name="Peers">The addresses of the other members, at the moment.</param>
/// <param name="JobToken">What a request for data of a job must carry.</param>
public sealed record NodeLinks(HttpClient Http, Func<IReadOnlyList<string>> Peers, Func<string, string> JobToken)
{
    /// <summary>Told of what an operator should look after.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    /// <summary>The header of <see cref="JobToken"/>.</summary>
    public const string JobTokenHeader = "MapReduce-Job-Token";
}
