using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;
using MapReduce.FuzzJobs.Stores;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>Writes the dataset of a channel, and keeps it for later channels.</summary>
internal sealed class OutputDefiner(JobDefiner definer, ChannelPlan channel)
{
    public OutputTarget Target(OutputPlan output)
    {
        var target = definer.Job.Output;
        if (output.Name.Length > 0)
        {
            definer.Use("JobBuilder.OutputNamed");
            target = definer.Job.OutputNamed(output.Name);
        }
        if (output.Compression != OutputCompression.None)
        {
            definer.Use("OutputTarget.Compressed");
            target = target.Compressed(output.Compression);
        }
        if (output.File is null) return target;
        definer.Use("OutputTarget.AsFile");
        return target.AsFile(output.File);
    }

    public void Finish<TKey, TValue>(Dataset<TKey, TValue> dataset, Kind<TKey> key, Kind<TValue> value)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        foreach (var output in channel.Outputs) Write(dataset, output, key, value);
        if (definer.IsRead(channel)) definer.Keep(channel, new DatasetHandle<TKey, TValue>(definer, dataset, key, value));
    }

    private void Write<TKey, TValue>(Dataset<TKey, TValue> dataset, OutputPlan output, Kind<TKey> key, Kind<TValue> value)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        switch (output.Format)
        {
            case RowFormat.Text:
                definer.Use("Dataset.WriteText");
                dataset.WriteText(Target(output));
                break;
            case RowFormat.Records:
                definer.Use("Dataset.WriteRecords");
                dataset.WriteRecords(Target(output));
                break;
            case RowFormat.Store:
                definer.Use("Dataset.WriteTo");
                dataset.WriteTo(new FolderSink<TKey, TValue>(output.Name, key, value));
                break;
            default:
                definer.Use("JsonOutputExtensions.WriteJsonLines");
                key.Accept((IPlainKindVisitor)new JsonKey(dataset, value, Target(output)));
                break;
        }
    }

    /// <summary>Opens the key of a dataset that is written as JSON, whose pairs are ordinary ones.</summary>
    private sealed class JsonKey(object dataset, Kind value, OutputTarget target) : IPlainKindVisitor
    {
        public void Visit<TKey>(PlainKind<TKey> kind) => value.Accept((IPlainKindVisitor)new JsonValue<TKey>(dataset, target));
    }

    private sealed class JsonValue<TKey>(object dataset, OutputTarget target) : IPlainKindVisitor
    {
        public void Visit<TValue>(PlainKind<TValue> kind) => ((Dataset<TKey, TValue>)dataset).WriteJsonLines(target);
    }
}
