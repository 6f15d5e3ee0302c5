using CommandLine;
using MapReduce.Sdk;

namespace MapReduce.SideFileJob;

/// <summary>The options of <see cref="StopWords"/>.</summary>
public sealed class StopWordsOptions
{
    /// <summary>The file with the words that do not count.</summary>
    [Option("stop-words", Default = "stop-words.txt")]
    public string File { get; set; } = "";
}

/// <summary>Counts words but for those of a side file, which mappers and reducers read.</summary>
public sealed class StopWords : IJob
{
    public void Define(JobBuilder job)
    {
        var stopWords = job.SideFile(job.Options<StopWordsOptions>().File);
        job.ReadLines(job.Inputs)
            .Map(() => new Counting(stopWords))
            .Reduce((string word, Values<long> counts, IEmitter<string, long> output) =>
            {
                var sum = 0L;
                foreach (var count in counts) sum += count;
                if (!stopWords.ReadAllLines().Contains(word)) output.Emit($"{stopWords.Name}:{word}", sum);
            })
            .WriteText(job.Output);
    }

    private sealed class Counting(SideFile file) : IMapper<TextLine, string, long>
    {
        private HashSet<string> words = [];

        public void Setup(TaskContext context) => words = [.. file.ReadAllLines()];

        public void Map(TextLine record, IEmitter<string, long> output)
        {
            foreach (var word in record.Words())
                if (!words.Contains(word.ToString())) output.Emit(word.ToString(), 1);
        }
    }
}
