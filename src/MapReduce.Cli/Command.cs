using MapReduce.Cli.Completion;

namespace MapReduce.Cli;

/// <summary>A command of the program. The front end dispatches by these and shells complete by them, so that neither knows one that the other does not.</summary>
/// <param name="Name">Its words, such as <c>job show</c>.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Options">The class of its options.</param>
/// <param name="Values">What its words beside the options are, in order; the last goes for those after it.</param>
/// <param name="TakesJobArguments">Whether what comes after <c>--</c> is for the job.</param>
/// <param name="Run">Runs it: with its own words, and with those after <c>--</c>.</param>
internal sealed record Command(string Name, string Summary, Type Options, IReadOnlyList<Completes> Values, bool TakesJobArguments, Func<string[], string[], ExitCode> Run)
{
    /// <summary>The words of the name.</summary>
    public string[] Words { get; } = Name.Split(' ');

    /// <summary>A command with options of its own.</summary>
    public static Command Of<TOptions>(string name, string summary, Func<TOptions, ExitCode> run, params Completes[] values) where TOptions : new()
        => new(name, summary, typeof(TOptions), values, false, (own, _) => OptionParser.Parse(name, own, run));

    /// <summary>A command that passes arguments on to a job.</summary>
    public static Command OfJob<TOptions>(string name, string summary, Func<TOptions, IReadOnlyList<string>, ExitCode> run, params Completes[] values) where TOptions : new()
        => new(name, summary, typeof(TOptions), values, true, (own, job) => OptionParser.Parse<TOptions>(name, own, options => run(options, job)));
}
