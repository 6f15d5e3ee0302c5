using System.Text;
using MapReduce.Sdk;

namespace InvertedIndex;

/// <summary>Lists for each word the files that it occurs in.</summary>
public sealed class InvertedIndex : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<InvertedIndexOptions>();
        var words = job.ReadLines(job.Inputs).Map(() => new WordsOfFiles(options));
        if (options.Sorted) words.TotalOrder();
        if (options.Count) words.Aggregate(DistinctValues.OfUtf8().Select(files => ((long)files.Count, files.Join(options.Separator)))).WriteText(job.Output);
        else if (options.Separator == ",") words.Aggregate(DistinctValues.OfUtf8()).WriteText(job.Output);
        else words.Aggregate(DistinctValues.OfUtf8().Select(files => files.Join(options.Separator))).WriteText(job.Output);
    }

    /// <summary>Emits each word with the name of its file, which changes seldom.</summary>
    private sealed class WordsOfFiles(InvertedIndexOptions options) : IMapper<TextLine, Utf8, Utf8>
    {
        private TaskContext context = null!;
        private string path = "";
        private byte[] name = [];

        public void Setup(TaskContext context) => this.context = context;

        public void Map(TextLine line, IEmitter<Utf8, Utf8> output)
        {
            if (!ReferenceEquals(context.FilePath, path))
            {
                path = context.FilePath;
                name = Encoding.UTF8.GetBytes(options.Stem ? Path.GetFileNameWithoutExtension(path) : Path.GetFileName(path));
            }
            foreach (var word in line.Words()) output.Emit(word, new Utf8(name));
        }
    }
}
