using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MapReduce.Docs.Tests.Reference;

/// <summary>The comments of an assembly, as Markdown.</summary>
internal sealed partial class Comments
{
    private readonly Dictionary<string, XElement> members;

    private Comments(Dictionary<string, XElement> members) => this.members = members;

    /// <summary>Reads the file that the compiler has written beside the assembly.</summary>
    public static Comments Read(string file)
        => new(XDocument.Load(file, LoadOptions.PreserveWhitespace).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal));

    public bool Has(string id) => members.ContainsKey(id);

    /// <summary>A part of a comment in one line, such as the summary; empty where there is none.</summary>
    /// <param name="id">Of what.</param>
    /// <param name="part">The element.</param>
    /// <param name="name">Of which parameter, where the part has one.</param>
    public string Part(string id, string part, string? name = null)
        => members.TryGetValue(id, out var member) && member.Elements(part).FirstOrDefault(element => name is null || element.Attribute("name")?.Value == name) is { } found ? Line(found) : "";

    /// <summary>What it throws, and when.</summary>
    public IEnumerable<(string Exception, string When)> Exceptions(string id)
        => members.TryGetValue(id, out var member) ? member.Elements("exception").Select(exception => (ShortName(exception.Attribute("cref")!.Value), Line(exception))) : [];

    private static string Line(XElement element)
    {
        var text = new StringBuilder();
        foreach (var node in element.Nodes()) Append(text, node);
        return Space().Replace(text.ToString(), " ").Trim();
    }

    private static void Append(StringBuilder text, XNode node)
    {
        if (node is XText plain) text.Append(plain.Value.Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal));
        if (node is not XElement element) return;
        if (element.Name.LocalName is "c" or "code") text.Append('`').Append(element.Value).Append('`');
        else if (element.Attribute("href") is { } address) text.Append('[').Append(element.Value.Length > 0 ? element.Value : address.Value).Append("](").Append(address.Value).Append(')');
        else if ((element.Attribute("cref") ?? element.Attribute("name") ?? element.Attribute("langword")) is { } named && element.IsEmpty) text.Append('`').Append(ShortName(named.Value)).Append('`');
        else
        {
            // Paragraphs and items of lists follow one another.
            text.Append(' ');
            foreach (var child in element.Nodes()) Append(text, child);
            text.Append(' ');
        }
    }

    /// <summary>The last part of a name, or the last two of a member's; without parameters, and with type parameters only as a sign that there are some.</summary>
    private static string ShortName(string id)
    {
        if (id.Length < 2 || id[1] != ':') return id;
        var names = id[2..].Split('(')[0].Split('.');
        var name = id[0] == 'T' ? names[^1] : names[^1] == "#ctor" ? names[^2] : $"{names[^2]}.{names[^1]}";
        return Arity().Replace(name, "<>").Replace("{", "<", StringComparison.Ordinal).Replace("}", ">", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex("`+[0-9]+")]
    private static partial Regex Arity();
}
