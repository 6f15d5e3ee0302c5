using System.Reflection;
using System.Text;

namespace MapReduce.Docs.Tests.Reference;

/// <summary>Makes a page of all that an assembly has for others, from its comments.</summary>
internal static class ApiPage
{
    public static string Make(Assembly assembly)
    {
        var name = assembly.GetName().Name!;
        var comments = Comments.Read(Path.ChangeExtension(assembly.Location, ".xml"));
        var page = new StringBuilder();
        page.Append("# ").Append(name).Append("\n\n").Append("Made from the comments of the code: [all packages](README.md).\n");
        foreach (var types in PublicApi.Types(assembly).GroupBy(type => type.Namespace!).OrderBy(types => types.Key, StringComparer.Ordinal))
        {
            page.Append("\n## ").Append(types.Key).Append('\n');
            foreach (var type in types) Append(page, comments, type);
        }
        return page.ToString();
    }

    private static void Append(StringBuilder page, Comments comments, Type type)
    {
        var id = DocumentationId.Of(type);
        page.Append("\n### ").Append(Signature.Name(type).Replace("<", "\\<", StringComparison.Ordinal)).Append("\n\n```csharp\npublic ").Append(Signature.Declaration(type)).Append("\n```\n");
        foreach (var part in (string[])[Texts(comments, id, type.IsSubclassOf(typeof(Delegate)) ? type.GetMethod("Invoke")!.GetParameters() : []), comments.Part(id, "remarks")])
            if (part.Length > 0) page.Append('\n').Append(part).Append('\n');
        var members = PublicApi.Members(type).Where(member => comments.Has(DocumentationId.Of(member)) || IsOfRecord(comments, member)).ToList();
        if (members.Count == 0) return;
        page.Append("\n| member | |\n|---|---|\n");
        foreach (var member in members) page.Append("| `").Append(Cell(Signature.Of(member))).Append("` | ").Append(Cell(TextOf(comments, member))).Append(" |\n");
    }

    private static string TextOf(Comments comments, MemberInfo member)
    {
        var id = DocumentationId.Of(member);
        // What a record says of its parameters it says of its properties.
        if (comments.Part(id, "summary") is "" && IsOfRecord(comments, member)) return comments.Part(DocumentationId.Of(member.DeclaringType!), "param", member.Name);
        var text = Texts(comments, id, member is MethodBase method ? method.GetParameters() : []);
        return $"{text} {comments.Part(id, "remarks")}".Trim() is { Length: > 0 } all ? all : "As its base type or interface has it.";
    }

    /// <summary>The summary, with parameters, result and exceptions.</summary>
    private static string Texts(Comments comments, string id, ParameterInfo[] parameters)
    {
        List<string> texts = [comments.Part(id, "summary")];
        foreach (var parameter in parameters)
            if (comments.Part(id, "param", parameter.Name) is { Length: > 0 } about) texts.Add($"`{parameter.Name}`: {about}");
        if (comments.Part(id, "returns") is { Length: > 0 } result) texts.Add($"Returns: {result}");
        texts.AddRange(comments.Exceptions(id).Select(exception => $"Throws `{exception.Exception}`: {exception.When}"));
        return string.Join(" ", texts.Where(text => text.Length > 0));
    }

    private static bool IsOfRecord(Comments comments, MemberInfo member) => member is PropertyInfo && comments.Part(DocumentationId.Of(member.DeclaringType!), "param", member.Name).Length > 0;

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
