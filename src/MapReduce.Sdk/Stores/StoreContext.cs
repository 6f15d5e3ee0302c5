namespace MapReduce.Sdk;

/// <summary>For whom a store is used: the job, the attempt, and the connections that are configured where it runs.</summary>
/// <param name="job">The id of the job, 32 hexadecimal digits.</param>
/// <param name="attempt">The name of the attempt, such as <c>s0-r00012-a1</c>.</param>
/// <param name="number">Distinguishes the outputs of one attempt, from 0.</param>
/// <param name="connections">Finds the connection string of a name; null where there is none.</param>
/// <param name="cancellation">Cancels the attempt.</param>
public sealed class StoreContext(string job, string attempt, int number, Func<string, string?> connections, CancellationToken cancellation)
{
    /// <summary>The id of the job.</summary>
    public string Job => job;

    /// <summary>The name of the attempt; no two attempts of a job share one.</summary>
    public string Attempt => attempt;

    /// <summary>Distinguishes the outputs of one attempt, from 0.</summary>
    public int Number => number;

    /// <summary>Cancels the attempt.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>The size that a split is to have, in bytes.</summary>
    public long SplitBytes { get; init; } = 64L << 20;

    /// <summary>Whether rows may be taken back, as bad records are skipped: then nothing leaves a writer before <see cref="RowSinkWriter{TKey, TValue}.Keep"/>.</summary>
    public bool TakesBack { get; init; }

    /// <summary>How long to wait for a store that does not answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The secret connection string of a name. It must not be printed, logged or kept.</summary>
    /// <exception cref="StoreException">Nobody has configured it.</exception>
    public string ConnectionString(string name) => connections(name) ?? throw new StoreException(StoreError.Unusable,
        $"The connection '{name}' is not configured here. Set mapreduce.connections.{name} on every node; or for a run in one process the variable MAPREDUCE_CONNECTION_{VariableName(name)}, or --connection.");

    private static string VariableName(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
