using System.Globalization;
using System.Text;
using MapReduce.FuzzJobs.Kinds;
using MapReduce.FuzzJobs.Plans;

namespace MapReduce.FuzzJobs.Functions;

/// <summary>The reduce functions of jobs: the texts that a group's values become, as they are read.</summary>
internal static class Reductions
{
    /// <summary>Whether the result follows from the values alone, whatever their order.</summary>
    public static bool IsFreeOfOrder(ReduceName name) => name is ReduceName.Count or ReduceName.Total;

    /// <param name="name">The function.</param>
    /// <param name="values">The values of a group, to be read once.</param>
    /// <param name="show">Shows a value.</param>
    public static IEnumerable<string> Of(ReduceName name, IEnumerable<object?> values, Func<object?, byte[]> show)
    {
        switch (name)
        {
            case ReduceName.Count:
                var (count, hash) = (0L, 0UL);
                foreach (var value in values) (count, hash) = (count + 1, hash + Hash.Of(show(value)));
                yield return string.Create(CultureInfo.InvariantCulture, $"{count}:{hash}");
                break;
            case ReduceName.Total:
                var total = 0L;
                foreach (var value in values) total = unchecked(total + (long)value!);
                yield return total.ToString(CultureInfo.InvariantCulture);
                break;
            case ReduceName.Join:
                yield return string.Join(';', values.Select(value => Encoding.UTF8.GetString(show(value))));
                break;
            case ReduceName.First:
                // The others are left unread.
                foreach (var value in values.Take(1)) yield return Encoding.UTF8.GetString(show(value));
                break;
            default:
                foreach (var value in values) yield return Encoding.UTF8.GetString(show(value));
                break;
        }
    }

    /// <summary>Whether a function has a combiner that changes nothing, for values of a kind.</summary>
    public static bool CanCombine(ReduceName name, Kind value) => name switch
    {
        ReduceName.Total => value.Name == AllKinds.Int64.Name,
        ReduceName.Join => value.Name == AllKinds.Text.Name,
        ReduceName.First or ReduceName.Each => true,
        _ => false,
    };

    /// <summary>Whether a function takes values of a kind.</summary>
    public static bool Takes(ReduceName name, Kind value) => name != ReduceName.Total || value.Name == AllKinds.Int64.Name;

    /// <summary>What the combiner makes of some neighbouring values of a key.</summary>
    public static IEnumerable<object?> Combine(ReduceName name, IEnumerable<object?> values) => name switch
    {
        ReduceName.Total => [values.Aggregate(0L, (sum, value) => unchecked(sum + (long)value!))],
        ReduceName.Join => [string.Join(';', values)],
        ReduceName.First => values.Take(1),
        _ => values,
    };
}
