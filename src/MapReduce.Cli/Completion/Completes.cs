namespace MapReduce.Cli.Completion;

/// <summary>Where the candidates for a word of the command line come from.</summary>
internal enum CompletionSource
{
    /// <summary>The words that are listed.</summary>
    Words,

    /// <summary>Files and folders, which the shell knows best.</summary>
    Files,

    /// <summary>The jobs of the cluster.</summary>
    Jobs,

    /// <summary>The tasks of the job before it.</summary>
    Tasks,

    /// <summary>The nodes of the cluster.</summary>
    Nodes,
}

/// <summary>What a word of the command line may be, beside options.</summary>
/// <param name="Source">Where the candidates come from.</param>
/// <param name="Words">The candidates, where they are always the same.</param>
internal sealed record Completes(CompletionSource Source, IReadOnlyList<string> Words)
{
    /// <summary>A file or a folder.</summary>
    public static Completes Files { get; } = new(CompletionSource.Files, []);

    /// <summary>A job of the cluster.</summary>
    public static Completes Jobs { get; } = new(CompletionSource.Jobs, []);

    /// <summary>A task of the job before it.</summary>
    public static Completes Tasks { get; } = new(CompletionSource.Tasks, []);

    /// <summary>A node of the cluster.</summary>
    public static Completes Nodes { get; } = new(CompletionSource.Nodes, []);

    /// <summary>One of some words.</summary>
    public static Completes Of(params string[] words) => new(CompletionSource.Words, words);
}
