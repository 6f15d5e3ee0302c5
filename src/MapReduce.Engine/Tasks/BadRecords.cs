using System.Text;
using System.Text.Json;
using MapReduce.Engine.Output;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Fails a task at its first bad record, or skips up to a number of them into a quarantine file, a JSON document a line.</summary>
internal sealed class BadRecords(EngineTaskContext context, string jobName, long limit, Func<PartWriter<None, string>> openQuarantine) : IBadRecordsOfTask
{
    private const int ExcerptLength = 200;

    private PartWriter<None, string>? quarantine;

    public bool Skips => limit > 0;

    /// <summary>The number of records skipped.</summary>
    public long Skipped { get; private set; }

    /// <summary>What holds back the effects of the present record: the counters, and the emitters of all channels.</summary>
    public List<IHoldsBack> HeldBack { get; } = [context];

    public void OnSetUp() => OnGoodRecord();

    public void OnGoodRecord()
    {
        foreach (var holder in HeldBack) holder.Release();
    }

    public void OnBadRecord(Exception cause, ReadOnlySpan<byte> record)
    {
        foreach (var holder in HeldBack) holder.Forget();
        if (++Skipped > limit) throw Failure(cause, record);
        quarantine ??= openQuarantine();
        quarantine.Write(default, JsonSerializer.Serialize(new QuarantinedRecord(
            context.FilePath, context.Offset, cause.GetType().FullName!, cause.Message, Encoding.UTF8.GetString(record), Convert.ToBase64String(record))));
    }

    /// <summary>Ends the quarantine file if there is one.</summary>
    public PartFile? Complete() => quarantine?.Complete();

    public void Dispose() => quarantine?.Dispose();

    private EngineException Failure(Exception cause, ReadOnlySpan<byte> record)
    {
        var where = context.FilePath.Length == 0 ? $"number {context.Offset} of the task" : $"'{context.FilePath}' at offset {context.Offset}";
        var excerpt = Encoding.UTF8.GetString(record[..Math.Min(record.Length, ExcerptLength)]);
        var what = $"{jobName}, stage {context.Stage + 1}, map: {cause.GetType().Name}: {cause.Message} The record is {where}: {excerpt}";
        return limit > 0
            ? new EngineException(EngineError.TooManyBadRecords, $"More than {limit} records are bad; the last: {what}. Allow more with --skip-bad, or mend the job or its input.", cause)
            : new EngineException(EngineError.UserCode, $"{what}. Mend the job or its input, or pass over such records with --skip-bad N.{Environment.NewLine}{cause.StackTrace}", cause);
    }

    private sealed record QuarantinedRecord(string File, long Offset, string Exception, string Message, string Text, string Base64);
}

/// <summary>Bad records of one task attempt.</summary>
internal interface IBadRecordsOfTask : Input.IBadRecords, IDisposable;
