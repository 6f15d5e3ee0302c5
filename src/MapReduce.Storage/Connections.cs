using System.Collections;

namespace MapReduce.Storage;

/// <summary>The connection strings that are configured here, by name. They are secrets: nothing of this class prints them.</summary>
public sealed class Connections
{
    /// <summary>What the names of environment variables with connection strings begin with.</summary>
    public const string VariablePrefix = "MAPREDUCE_CONNECTION_";

    private readonly Dictionary<string, string> byVariable;

    private Connections(Dictionary<string, string> byVariable) => this.byVariable = byVariable;

    /// <summary>None.</summary>
    public static Connections None { get; } = new([]);

    /// <summary>Those of environment variables such as <c>MAPREDUCE_CONNECTION_WAREHOUSE</c>.</summary>
    public static Connections FromEnvironment()
    {
        var all = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            if (((string)variable.Key).StartsWith(VariablePrefix, StringComparison.Ordinal)) all.Add(((string)variable.Key)[VariablePrefix.Length..], (string)variable.Value!);
        return new Connections(all);
    }

    /// <summary>Those given; what is in <paramref name="others"/> too is taken from here.</summary>
    public static Connections Of(IEnumerable<KeyValuePair<string, string>> named, Connections? others = null)
    {
        var all = new Dictionary<string, string>(others?.byVariable ?? []);
        foreach (var (name, connection) in named) all[Variable(name)] = connection;
        return new Connections(all);
    }

    /// <summary>The environment variable of a name.</summary>
    public static string VariableOf(string name) => VariablePrefix + Variable(name);

    /// <summary>The connection string of a name; null where there is none. Names that differ in case or punctuation only are one.</summary>
    public string? Find(string name) => byVariable.GetValueOrDefault(Variable(name));

    /// <summary>All, for a process that is to have them too.</summary>
    public IReadOnlyDictionary<string, string> Reveal() => byVariable;

    /// <summary>How many there are.</summary>
    public override string ToString() => $"{byVariable.Count} connections";

    private static string Variable(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToUpperInvariant(c) : '_'));
}
