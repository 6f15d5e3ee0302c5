using MapReduce.Engine.Input;
using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Binds the map functions of a source and reads one split through them.</summary>
internal sealed class SourceRunner(IMapBinder binder, FileSplit split, ReadContext context) : ISourceVisitor
{
    /// <summary>What was read.</summary>
    public ReadTotals Totals { get; private set; }

    public void Run(SourceNode source) => source.Accept(this);

    public void Visit<TRecord>(RecordSourceNode<TRecord> source) where TRecord : allows ref struct
    {
        RecordAction<TRecord>? action = null;
        foreach (var mapper in source.Mappers)
        {
            var bound = mapper(binder);
            action = action is null ? bound : Both(action, bound);
        }
        context.BadRecords.OnSetUp();
        Totals = Readers.For(source.Format).Read(split, action!, context);
    }

    public void Visit<TKey, TValue>(DatasetSourceNode<TKey, TValue> source)
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        PairAction<TKey, TValue>? action = null;
        foreach (var mapper in source.Mappers)
        {
            var bound = mapper(binder);
            action = action is null ? bound : Both(action, bound);
        }
        context.BadRecords.OnSetUp();
        Totals = new DatasetReader<TKey, TValue>(source.Dataset).Read(split, action!, context);
    }

    private static RecordAction<TRecord> Both<TRecord>(RecordAction<TRecord> first, RecordAction<TRecord> second) where TRecord : allows ref struct
        => record =>
        {
            first(record);
            second(record);
        };

    private static PairAction<TKey, TValue> Both<TKey, TValue>(PairAction<TKey, TValue> first, PairAction<TKey, TValue> second)
        where TKey : allows ref struct
        where TValue : allows ref struct
        => (key, value) =>
        {
            first(key, value);
            second(key, value);
        };
}
