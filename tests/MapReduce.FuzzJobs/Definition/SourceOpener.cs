using System.Globalization;
using System.Text;
using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Plans;
using MapReduce.FuzzJobs.Stores;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Opens the sources of a plan, and shows their records to map functions.</summary>
internal static class SourceOpener
{
    public static SourceHandle Open(JobDefiner definer, JobPlan plan, SourcePlan source)
    {
        var job = definer.Job;
        switch (source.Format)
        {
            case SourceFormat.Lines or SourceFormat.LinesWithReturns:
                definer.Use("JobBuilder.ReadLines", "TextLine.Words");
                return new SourceHandle<TextLine>(definer, job.ReadLines(Inputs(), source.Format == SourceFormat.LinesWithReturns), (line, withWords) => View(line.Bytes, withWords ? WordsOf(line.Words()) : []));
            case SourceFormat.Files:
                definer.Use("JobBuilder.ReadFiles", "WholeFile.Words");
                return new SourceHandle<WholeFile>(definer, job.ReadFiles(Inputs()), (file, withWords) => View(file, withWords ? WordsOf(file.Words()) : []));
            case SourceFormat.Records:
                definer.Use("JobBuilder.ReadRecords");
                return new SourceHandle<Utf8>(definer, job.ReadRecords(Inputs(), source.Size), (record, _) => View(record.Bytes, []));
            case SourceFormat.Delimited:
                definer.Use("JobBuilder.ReadDelimited");
                var options = new DelimitedOptions { Delimiter = source.Delimiter, HasHeader = source.HasHeader, AllowQuotes = source.AllowQuotes };
                return new SourceHandle<DelimitedRow>(definer, job.ReadDelimited(Inputs(), options), (row, _) => View(Encoding.UTF8.GetBytes(string.Join(' ', Fields(row, source))), []));
            case SourceFormat.JsonLines:
                definer.Use("JobBuilder.ReadJsonLines");
                return new SourceHandle<Note>(definer, job.ReadJsonLines<Note>(Inputs()), (note, _) => View(note.Show(), []));
            case SourceFormat.Numbers:
                definer.Use("JobBuilder.ReadNumbers");
                return new SourceHandle<long>(definer, job.ReadNumbers(source.Size, source.Share), (number, _) => View(RawOf(number), []));
            default:
                definer.Use("JobBuilder.Read");
                return new SourceHandle<byte[]>(definer, job.Read(new PlannedRows(source.Size, source.Share)), (row, _) => View(row, []));
        }

        InputSet Inputs()
        {
            var index = plan.Sources.Where(other => other.ReadsFiles).TakeWhile(other => other != source).Count();
            switch (source.Naming)
            {
                case InputNaming.All:
                    return job.Inputs;
                case InputNaming.One:
                    definer.Use("InputSet.get_Item");
                    return job.Inputs[index];
                default:
                    definer.Use("JobBuilder.InputsAt");
                    return job.InputsAt(job.Inputs.Patterns[index]);
            }
        }
    }

    /// <summary>What a number is as a record.</summary>
    public static byte[] RawOf(long number) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number % 7} number{number}"));

    private static RecordView View(ReadOnlySpan<byte> raw, IReadOnlyList<byte[]> words)
    {
        var context = TaskContext.Current;
        return new RecordView(raw.ToArray(), context.FileName, context.Offset, words);
    }

    private static RecordView View(WholeFile file, IReadOnlyList<byte[]> words)
    {
        if (file.Path != TaskContext.Current.FilePath) throw new InvalidOperationException($"The file is '{file.Path}', and the task says that it is '{TaskContext.Current.FilePath}'.");
        return View(file.Bytes, words);
    }

    private static List<byte[]> WordsOf(WordEnumerator words)
    {
        var all = new List<byte[]>();
        foreach (var word in words) all.Add(word.Bytes.ToArray());
        return all;
    }

    /// <summary>The fields of a row, every second by its column's name where it has one.</summary>
    private static IEnumerable<string> Fields(DelimitedRow row, SourcePlan source)
    {
        for (var i = 0; i < row.Fields.Count; i++) yield return source.HasHeader && i % 2 == 1 ? row[Note.Column(i)] : row[i];
    }
}

/// <summary>A record of JSON lines.</summary>
/// <param name="Text">Some text.</param>
/// <param name="Number">A number.</param>
internal sealed record Note(string Text, long Number)
{
    /// <summary>The name of a column of delimited text.</summary>
    public static string Column(int index) => $"column{index}";

    public byte[] Show() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Text} {Number}"));
}
