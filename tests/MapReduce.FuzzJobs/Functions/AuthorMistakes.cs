using MapReduce.FuzzJobs.Plans;

namespace MapReduce.FuzzJobs.Functions;

/// <summary>The mistakes of one channel, and at what they are made: which follows from the bytes of a record, a key or a value alone.</summary>
internal sealed class AuthorMistakes(JobPlan job, int channel)
{
    private readonly Dictionary<MistakePlace, int> every = job.Mistakes.Where(mistake => mistake.Channel == channel).GroupBy(mistake => mistake.Place).ToDictionary(group => group.Key, group => group.First().Every);

    public bool Has(MistakePlace place) => every.ContainsKey(place);

    /// <summary>Whether a mistake is made at something.</summary>
    public bool IsMadeAt(MistakePlace place, ReadOnlySpan<byte> bytes) => every.TryGetValue(place, out var one) && Hash.Mix(Hash.Of(bytes) + (ulong)place) % (ulong)one == 0;

    /// <summary>Throws where a mistake is made that throws.</summary>
    public void Make(MistakePlace place, ReadOnlySpan<byte> bytes)
    {
        if (IsMadeAt(place, bytes)) throw new PlannedException(place);
    }

    /// <summary>Throws where there is a mistake that is made whatever comes.</summary>
    public void Make(MistakePlace place)
    {
        if (Has(place)) throw new PlannedException(place);
    }
}
