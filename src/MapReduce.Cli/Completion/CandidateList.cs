using System.Reflection;
using CommandLine;
using MapReduce.Node.Security;

namespace MapReduce.Cli.Completion;

/// <summary>A word that may stand where the cursor is.</summary>
/// <param name="Word">The word; <see cref="CandidateList.Files"/> leaves it to the shell.</param>
/// <param name="Description">What it means.</param>
internal sealed record Candidate(string Word, string Description);

/// <summary>Finds what may stand at the end of a command line, from the commands and their options themselves.</summary>
internal static class CandidateList
{
    /// <summary>Tells the shell to complete files and folders.</summary>
    public const string Files = ":files";

    private static readonly string[] FileOptions = ["input", "output", "folder", "cluster", "config", "token-file", "users-file", "authority", "spill", "events", "keep", "sdk"];
    private static readonly Dictionary<string, string[]> WordOptions = new() { ["compress"] = ["none", "lz4", "zstd"], ["role"] = [.. Roles.All] };

    /// <summary>The candidates.</summary>
    /// <param name="words">The words after the program's name; the last is the one that is being written, and may be empty.</param>
    /// <param name="lookUp">Finds jobs, tasks and nodes; given the words before, so that it finds the cluster that they name.</param>
    public static IReadOnlyList<Candidate> Of(IReadOnlyList<string> words, Func<CompletionSource, IReadOnlyList<string>, IEnumerable<Candidate>> lookUp)
    {
        string[] before = [.. words.SkipLast(1)];
        var current = words.Count > 0 ? words[^1].Trim() : "";
        var candidates = CommandTable.Named(before) is { } found
            ? OfCommand(found, before[found.Words.Length..], current, lookUp)
            : Names(before);
        return [.. candidates.Where(candidate => candidate.Word == Files || candidate.Word.StartsWith(current, StringComparison.Ordinal))];
    }

    private static IEnumerable<Candidate> Names(string[] before)
        => CommandTable.All.Where(command => command.Words.Length > before.Length && command.Words.AsSpan().StartsWith(before))
            .GroupBy(command => command.Words[before.Length])
            .Select(group => new Candidate(group.Key, (group.FirstOrDefault(command => command.Words.Length == before.Length + 1 || group.Count() == 1)?.Summary) ?? string.Join(", ", group.Select(command => command.Words[^1]))));

    private static IEnumerable<Candidate> OfCommand(Command command, string[] before, string current, Func<CompletionSource, IReadOnlyList<string>, IEnumerable<Candidate>> lookUp)
    {
        if (command.TakesJobArguments && before.Contains("--")) return [new Candidate(Files, "")];
        var options = command.Options.GetProperties().Select(property => (Property: property, Option: property.GetCustomAttribute<OptionAttribute>())).Where(option => option.Option is not null).Select(option => (option.Property, Option: option.Option!)).ToList();
        if (before.Length > 0 && options.FirstOrDefault(option => Names(option.Option).Contains(before[^1])) is { Option: { } open, Property: { } property } && property.PropertyType != typeof(bool))
            return ValuesOf(open.LongName);
        var values = Positionals(before, options);
        var here = values < command.Values.Count ? command.Values[values] : command.Values.Count > 0 ? command.Values[^1] : null;
        var unused = options.Where(option => option.Property.PropertyType == typeof(IEnumerable<string>) || !before.Intersect(Names(option.Option)).Any())
            .Select(option => new Candidate($"--{option.Option.LongName}", FirstSentence(option.Option.HelpText)));
        if (current.StartsWith('-')) return unused;
        return here switch
        {
            null => unused,
            { Source: CompletionSource.Words } => here.Words.Select(word => new Candidate(word, "")),
            { Source: CompletionSource.Files } => [new Candidate(Files, "")],
            _ => lookUp(here.Source, before),
        };
    }

    private static IEnumerable<Candidate> ValuesOf(string option)
        => WordOptions.TryGetValue(option, out var words) ? words.Select(word => new Candidate(word, "")) : FileOptions.Contains(option) ? [new Candidate(Files, "")] : [];

    /// <summary>How many of the words are neither options nor values of options.</summary>
    private static int Positionals(string[] before, List<(PropertyInfo Property, OptionAttribute Option)> options)
    {
        var count = 0;
        for (var i = 0; i < before.Length; i++)
        {
            if (!before[i].StartsWith('-')) count++;
            else if (options.FirstOrDefault(option => Names(option.Option).Contains(before[i])) is { Property: { } property } && property.PropertyType != typeof(bool)) i++;
        }
        return count;
    }

    private static string[] Names(OptionAttribute option) => option.ShortName.Length > 0 ? [$"--{option.LongName}", $"-{option.ShortName}"] : [$"--{option.LongName}"];

    private static string FirstSentence(string text) => text.Split(". ")[0].TrimEnd('.');
}
