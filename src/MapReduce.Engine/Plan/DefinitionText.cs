using System.Text;
using MapReduce.Engine.Output;
using MapReduce.Sdk;

namespace MapReduce.Engine.Plan;

/// <summary>What a job's definition declares, a line each, so that definitions made in two processes can be compared, and told apart in words.</summary>
/// <remarks>What functions do is not in it: only that there are some, and what their types are.</remarks>
internal static class DefinitionText
{
    private const int LongestPatterns = 1000;

    public static string Of(JobDefinition job)
    {
        var lines = new List<string>
        {
            $"counters: {string.Join(", ", job.Counters.Select(counter => counter.Name))}",
            $"side effects: {(job.HasSideEffects ? "yes" : "no")}",
        };
        // Their places are those of the machine, and no part of the definition.
        if (job.SideFiles.Count > 0) lines.Add($"side files: {string.Join(", ", job.SideFiles.Select(file => file.Name))}");
        foreach (var stage in job.Stages)
        {
            var number = stage.Index + 1;
            for (var i = 0; i < stage.Sources.Count; i++) lines.Add($"stage {number}, source {i + 1}: {Source(stage.Sources[i])}");
            for (var i = 0; i < stage.Channels.Count; i++) lines.Add($"stage {number}, channel {i + 1}: {Channel(stage.Channels[i])}");
        }
        return string.Join('\n', lines.Select(line => line.ReplaceLineEndings(" ")));
    }

    /// <summary>What differs first: where, what is here and what was there.</summary>
    public static (string Where, string Here, string There) Difference(string here, string there)
    {
        var (mine, theirs) = (Entries(here), Entries(there));
        // Whichever comes first in its own definition: what the other has instead may be nothing.
        var where = mine.Concat(theirs).First(entry => mine.GetValueOrDefault(entry.Key) != theirs.GetValueOrDefault(entry.Key)).Key;
        return (where, mine.GetValueOrDefault(where, "nothing"), theirs.GetValueOrDefault(where, "nothing"));
    }

    private static OrderedDictionary<string, string> Entries(string text)
    {
        var entries = new OrderedDictionary<string, string>();
        foreach (var line in text.Split('\n'))
        {
            var end = line.IndexOf(": ", StringComparison.Ordinal);
            entries[line[..end]] = line[(end + 2)..];
        }
        return entries;
    }

    private static string Source(SourceNode source)
    {
        var words = new SourceWords();
        source.Accept(words);
        return $"{words.Text}, mapped to channels {string.Join(", ", source.Channels.Select(channel => channel.Order + 1))}";
    }

    private static string Channel(ChannelNode channel)
    {
        var text = new StringBuilder(TypeName(channel.GetType().GenericTypeArguments));
        if (channel.Reduce is { } reduce)
        {
            text.Append(channel.Partitions > 0 ? $" in {channel.Partitions} partitions" : " in partitions").Append(channel.Partitioning switch
            {
                PartitioningKind.Range => " by ranges",
                PartitioningKind.Custom => " by a function",
                _ => " by hash",
            });
            if (channel.IsCombined) text.Append(", combined");
            text.Append(", then ").Append(Step(reduce));
        }
        foreach (var output in channel.Result!.Outputs)
            text.Append($", written to '{PartNames.PlaceOf(output.Target)}' as {TypeName(output.FormatType)}{(output.Target.Compression == OutputCompression.None ? "" : $" ({output.Target.Compression})")}");
        foreach (var sink in channel.Result.Sinks) text.Append($", written to {sink.Target} of {sink.Participant} {sink.Connection}");
        return text.ToString();
    }

    private static string Step(ReduceNode reduce)
    {
        var words = new StepWords();
        reduce.Accept(words);
        return words.Text;
    }

    private static string TypeName(IEnumerable<Type> types) => $"({string.Join(", ", types.Select(TypeName))})";

    private static string TypeName(Type type)
    {
        if (Type.GetTypeCode(type) != TypeCode.Object && !type.IsEnum) return type.Name.ToLowerInvariant() switch { "int64" => "long", "int32" => "int", var name => name };
        if (type.IsArray) return $"{TypeName(type.GetElementType()!)}[]";
        if (!type.IsGenericType) return type.Name;
        var end = type.Name.IndexOf('`', StringComparison.Ordinal);
        return $"{(end < 0 ? type.Name : type.Name[..end])}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>";
    }

    private sealed class SourceWords : ISourceVisitor
    {
        public string Text { get; private set; } = "";

        public void Visit<TRecord>(RecordSourceNode<TRecord> source) where TRecord : allows ref struct
        {
            var patterns = string.Join(", ", source.Patterns.Select(pattern => $"'{pattern}'"));
            // The rest of a long list is told by its hash.
            if (patterns.Length > LongestPatterns) patterns = $"{patterns[..LongestPatterns]}… ({source.Patterns.Count}, {Convert.ToHexStringLower(System.IO.Hashing.XxHash128.Hash(Encoding.UTF8.GetBytes(patterns)))})";
            object format = source.Format;
            var kind = format switch
            {
                NumbersFormat numbers => $"{numbers.Count} numbers, {numbers.PerTask} a task",
                FixedRecordFormat records => $"records of {records.Length} bytes of {patterns}",
                TextLineFormat { KeepCarriageReturn: true } => $"lines that end with LF of {patterns}",
                DelimitedFormat delimited => $"rows of {patterns} with {delimited.Options}",
                _ when source.Format is StoreFormat<TRecord> rows => $"rows of {rows.Source.Target}",
                _ => $"{patterns}",
            };
            Text = $"{kind} as {TypeName(typeof(TRecord))}, {source.Mappers.Count} functions";
        }

        public void Visit<TKey, TValue>(DatasetSourceNode<TKey, TValue> source)
            where TKey : allows ref struct
            where TValue : allows ref struct
            => Text = $"what channel {source.Dataset.Channel.Order + 1} ends in as {TypeName([typeof(TKey), typeof(TValue)])}, {source.Mappers.Count} functions";
    }

    private sealed class StepWords : IReduceVisitor
    {
        public string Text { get; private set; } = "";

        public void Visit<TKey>(LongFoldNode<TKey> node) where TKey : allows ref struct => Text = $"{node.Fold} of long";

        public void Visit<TKey, TValue, TAccumulator, TResult>(FoldNode<TKey, TValue, TAccumulator, TResult> node)
            where TKey : allows ref struct
            where TValue : allows ref struct
            => Text = $"{TypeName(node.Aggregator.GetType())} to {TypeName(typeof(TResult))}";

        public void Visit<TKey, TResult>(DistinctNode<TKey, TResult> node) where TKey : allows ref struct => Text = $"distinct values to {TypeName(typeof(TResult))}";

        public void Visit<TKey, TValue, TGroup, TItem, TOutKey, TOutValue>(GroupNode<TKey, TValue, TGroup, TItem, TOutKey, TOutValue> node)
            where TKey : allows ref struct
            where TValue : allows ref struct
            where TGroup : allows ref struct
            where TItem : allows ref struct
            where TOutKey : allows ref struct
            where TOutValue : allows ref struct
            => Text = $"reduce of groups {TypeName([typeof(TGroup), typeof(TItem)])} to {TypeName([typeof(TOutKey), typeof(TOutValue)])}";

        public void Visit<TKey, TValue>(SortNode<TKey, TValue> node)
            where TKey : allows ref struct
            where TValue : allows ref struct
            => Text = "sort";
    }
}
