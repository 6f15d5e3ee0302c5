using MapReduce.FuzzJobs.Functions;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Definition;

/// <summary>A dataset, whatever its pairs.</summary>
internal abstract class DatasetHandle
{
    /// <summary>Attaches a map function of a later stage.</summary>
    /// <param name="into">The channel that it feeds; null makes one.</param>
    /// <param name="feeding">The function.</param>
    public abstract Pairs<TKey, TValue> Map<TKey, TValue>(Pairs<TKey, TValue>? into, Feeding<TKey, TValue> feeding)
        where TKey : allows ref struct
        where TValue : allows ref struct;
}

/// <summary>A dataset with the types of its pairs.</summary>
internal sealed class DatasetHandle<TInKey, TInValue>(JobDefiner definer, Dataset<TInKey, TInValue> dataset, Kind<TInKey> keys, Kind<TInValue> values) : DatasetHandle
    where TInKey : allows ref struct
    where TInValue : allows ref struct
{
    public override Pairs<TKey, TValue> Map<TKey, TValue>(Pairs<TKey, TValue>? into, Feeding<TKey, TValue> feeding)
    {
        definer.Use("Dataset.Map");
        MapPairFunction<TInKey, TInValue, TKey, TValue> map = (key, value, output) => feeding.Feed(PairView.Of(keys, keys.Close(key), values, values.Close(value)), output);
        return into is null ? dataset.Map(map) : dataset.Map(into, map);
    }
}

/// <summary>A pair of an earlier stage as a record.</summary>
internal static class PairView
{
    public static RecordView Of(Kind keys, object? key, Kind values, object? value) => new([.. keys.Show(key), (byte)' ', .. values.Show(value)], "", -1, []);
}
