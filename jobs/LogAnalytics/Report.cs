using System.Globalization;
using System.Net;
using System.Text;
using MapReduce.Sdk;

namespace LogAnalytics;

/// <summary>One HTML page with the tables as charts, complete in itself: no script, no other file.</summary>
internal static class Report
{
    private static readonly string[] Sections = ["Summary", "Requests by status", "Requests by hour of the day", "Requests by hour", "Most requested URLs"];

    /// <summary>Collects the small tables in one group and writes the page.</summary>
    public static void Define(
        JobBuilder job, Dataset<string, long> summary, Dataset<Utf8, long> status, Dataset<Utf8, long> hours, Dataset<DateHour, long> dateHours,
        Dataset<None, (long Weight, string Item)[]> top)
    {
        // Key: section and place in it. Value: label and number.
        var rows = job.Channel<(int Section, string Place), (string Label, long Number)>();
        summary.Map(rows, (name, number, output) => output.Emit((0, name), (name, number)));
        status.Map(rows, (code, number, output) => output.Emit((1, code.ToString()), (code.ToString(), number)));
        hours.Map(rows, (hour, number, output) => output.Emit((2, hour.ToString()), (hour.ToString(), number)));
        dateHours.Map(rows, (hour, number, output) => output.Emit((3, Sortable(hour)), (hour.Text, number)));
        top.Map(rows, (_, items, output) =>
        {
            for (var rank = 0; rank < items.Length; rank++) output.Emit((4, rank.ToString("D6", CultureInfo.InvariantCulture)), (items[rank].Item, items[rank].Weight));
        });
        rows.Reduce(() => new PageWriter()).WriteText(job.OutputNamed("report").AsFile("report.html"));
    }

    private static string Sortable(DateHour hour)
    {
        var writer = new ByteWriter();
        new DateHourCodec().Write(hour, writer);
        return Encoding.ASCII.GetString(writer.Written);
    }

    /// <summary>Gets the rows section by section and ends with the page.</summary>
    private sealed class PageWriter : IReducer<(int Section, string Place), (string Label, long Number), string, None>
    {
        private readonly List<(string Label, long Number)>[] sections = [.. Sections.Select(_ => new List<(string, long)>())];

        public void Reduce((int Section, string Place) key, Values<(string Label, long Number)> values, IEmitter<string, None> output)
        {
            foreach (var row in values) sections[key.Section].Add(row);
        }

        public void Close(IEmitter<string, None> output)
        {
            output.Emit("""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Web log report</title>
                <style>
                :root { color-scheme: light dark; --bar: #2563eb; --muted: #64748b }
                body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
                h2 { margin-top: 2.5rem; font-size: 1.1rem }
                table { border-collapse: collapse; width: 100% }
                th { text-align: left; font-weight: 400; padding-right: 1rem; max-width: 24rem; overflow-wrap: anywhere }
                td.number { text-align: right; padding-right: 1rem; font-variant-numeric: tabular-nums }
                td.chart { width: 50% }
                .bar { background: var(--bar); height: .8rem; border-radius: 2px; min-width: 1px }
                </style></head><body><h1>Web log report</h1>
                """, None.Value);
            for (var i = 0; i < sections.Length; i++) output.Emit(Section(Sections[i], sections[i], withBars: i > 0), None.Value);
            output.Emit("</body></html>", None.Value);
        }

        private static string Section(string title, List<(string Label, long Number)> rows, bool withBars)
        {
            var html = new StringBuilder().Append(CultureInfo.InvariantCulture, $"<h2>{title}</h2>\n<table>\n");
            var most = rows.Count == 0 ? 1 : Math.Max(1, rows.Max(row => row.Number));
            foreach (var (label, number) in rows)
            {
                html.Append(CultureInfo.InvariantCulture, $"<tr><th scope=\"row\">{WebUtility.HtmlEncode(label)}</th><td class=\"number\">{number}</td>");
                if (withBars) html.Append(CultureInfo.InvariantCulture, $"<td class=\"chart\"><div class=\"bar\" style=\"width:{100.0 * number / most:0.##}%\"></div></td>");
                html.Append("</tr>\n");
            }
            return html.Append("</table>").ToString();
        }
    }
}
