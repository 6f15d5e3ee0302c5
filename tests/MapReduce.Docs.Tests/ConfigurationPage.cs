using System.Text;

namespace MapReduce.Docs.Tests;

/// <summary>Makes a page of tables from <c>reference.conf</c>, whose comments say what each setting is.</summary>
internal static class ConfigurationPage
{
    public static string Make(string reference)
    {
        var page = new StringBuilder("""
            # Configuration

            Every setting of a node, made from [reference.conf](../hocon/reference.conf). Put what differs into a file of your own and give it with `mr node start --config FILE`; several
            may be given, and the last wins. The overlays beside the reference are for [one machine](../hocon/local.conf), [a network](../hocon/lan.conf) and [PostgreSQL](../hocon/postgres.conf).
            Durations are written `500ms`, `10s`, `5m`; sizes `64KiB`, `256MiB`, `2GiB`. A key under `mapreduce` that is not on this page is an error.

            """.ReplaceLineEndings("\n"));
        var path = new List<string>();
        var comment = new List<string>();
        var section = "";
        foreach (var line in reference.Split('\n').Select(line => line.Trim()))
        {
            if (line.Length == 0) comment.Clear();
            else if (line.StartsWith('#')) comment.Add(line[1..].Trim());
            else if (line == "}") path.RemoveAt(path.Count - 1);
            else if (line.EndsWith('{'))
            {
                path.Add(line[..^1].Trim());
                if (comment.Count > 0 && path.Count > 1) Section(string.Join(' ', comment));
                comment.Clear();
            }
            else
            {
                Section("");
                var (key, value) = line.IndexOf('=', StringComparison.Ordinal) is var at && at > 0 ? (line[..at].Trim(), line[(at + 1)..].Trim()) : (line, "");
                page.Append("| `").Append(key).Append("` | `").Append(value).Append("` | ").Append(comment.Count == 0 ? "likewise" : string.Join(' ', comment).Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");
                comment.Clear();
            }
        }
        return page.ToString();

        void Section(string about)
        {
            var name = string.Join('.', path);
            if (name == section) return;
            section = name;
            page.Append("\n## ").Append(name).Append("\n\n");
            if (about.Length > 0) page.Append(about).Append("\n\n");
            page.Append("| setting | default | |\n|---|---|---|\n");
        }
    }
}
