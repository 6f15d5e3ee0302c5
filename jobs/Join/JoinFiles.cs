using MapReduce.Sdk;

namespace Join;

/// <summary>Joins two files of key, TAB, value on the key: <c>--input LEFT --input RIGHT</c>.</summary>
public sealed class JoinFiles : IJob
{
    public void Define(JobBuilder job)
    {
        var options = job.Options<JoinOptions>();
        job.Join<string, string, string>()
            .Left(job.ReadLines(job.Inputs[0]), (line, output) => Split(line, output))
            .Right(job.ReadLines(job.Inputs[1]), (line, output) => Split(line, output))
            .Select(options.Kind, (JoinedRow<string, string, string> row, IEmitter<string, (string, string)> output) =>
                output.Emit(row.Key, (row.Left ?? options.Missing, row.Right ?? options.Missing)))
            .WriteText(job.Output);
    }

    private static void Split(TextLine line, IEmitter<string, string> output)
    {
        var tab = line.Bytes.IndexOf((byte)'\t');
        if (tab < 0) throw new FormatException("The line has no TAB between key and value.");
        output.Emit(new Utf8(line.Bytes[..tab]).ToString(), new Utf8(line.Bytes[(tab + 1)..]).ToString());
    }
}
