using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>A job of many stages holds what the next ones read, and not what all before them have made.</summary>
public sealed class FreedTests
{
    private const int Stages = 6;

    [Fact]
    public void Files_between_stages_go_while_the_job_runs()
    {
        var spill = Directory.CreateTempSubdirectory("mapreduce-freed-").FullName;
        var held = new SortedSet<string>[Stages];
        try
        {
            var result = InlineJob.Run(Define, new LocalSettings { Slots = 2, Partitions = 3, SpillFolders = [spill] }, "a b c d e");
            Assert.Equal(["a\t5", "b\t5", "c\t5", "d\t5", "e\t5"], result.Rows.Order(StringComparer.Ordinal));
            string[][] expected = [["0"], ["0", "1"], ["1", "2"], ["2", "3"], ["3", "4"]];
            for (var stage = 1; stage < Stages; stage++) Assert.Equal(expected[stage - 1], held[stage]);
        }
        finally
        {
            Directory.Delete(spill, recursive: true);
        }

        void Define(JobBuilder job)
        {
            var counts = job.ReadLines(job.Inputs).Map((TextLine line, IEmitter<string, long> output) =>
            {
                foreach (var word in line.ToString().Split(' ')) output.Emit(word, 0);
            }).Aggregate(Sum.Of<long>());
            for (var later = 1; later < Stages; later++)
            {
                var stage = later;
                counts = counts.Map((string word, long count, IEmitter<string, long> output) =>
                {
                    held[stage] = StagesOf(spill);
                    output.Emit(word, count + 1);
                }).Aggregate(Sum.Of<long>());
            }
            counts.WriteText(job.Output);
        }
    }

    /// <summary>The stages of which there are files that later ones read.</summary>
    private static SortedSet<string> StagesOf(string spill)
        => new(Directory.EnumerateFiles(spill, "dataset-*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file).Split('-')[1]), StringComparer.Ordinal);
}
