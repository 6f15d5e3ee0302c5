using System.Text;
using MapReduce.Sdk;

namespace MapReduce.TestJobs;

/// <summary>Joins, for each first letter, all words that begin with it, in the order of the values.</summary>
public sealed class Concatenate : IJob
{
    public void Define(JobBuilder job) => job
        .ReadLines(job.Inputs)
        .Map((TextLine line, IEmitter<Utf8, Utf8> output) =>
        {
            foreach (var word in line.Words()) output.Emit(word.Slice(0, 1), word);
        })
        .Reduce((Utf8 letter, Values<Utf8> words, IEmitter<Utf8, string> output) =>
        {
            var text = new StringBuilder();
            foreach (var word in words) text.Append(word.ToString()).Append(' ');
            output.Emit(letter, text.ToString());
        })
        .WriteText(job.Output);
}
