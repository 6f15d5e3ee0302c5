using MapReduce.Engine.Tasks;
using MapReduce.Storage;

namespace MapReduce.Local;

/// <summary>Adds up what the attempts that count have done.</summary>
internal sealed class Totals
{
    private const int HotKeysShown = 5;

    private readonly List<PhaseTime> phases = [];
    private readonly List<HotKey> hotKeys = [];
    private long inputBytes;
    private long inputRecords;
    private long shuffleBytes;
    private long spilledBytes;
    private long skipped;

    public void AddPhase(string phase, TimeSpan duration) => phases.Add(new PhaseTime(phase, duration));

    public void AddMap(TaskTotals totals)
    {
        if (totals.ReadsInput)
        {
            inputBytes += totals.BytesRead;
            inputRecords += totals.RecordsRead;
        }
        shuffleBytes += totals.ShuffleBytes;
        spilledBytes += totals.SpilledBytes;
        skipped += totals.RecordsSkipped;
    }

    public void AddReduce(TaskTotals totals)
    {
        spilledBytes += totals.SpilledBytes;
        hotKeys.AddRange(totals.HotKeys);
    }

    public LocalReport Report(string output, OutputManifest manifest, TimeSpan elapsed, int retries) => new()
    {
        Output = output,
        Manifest = manifest,
        Elapsed = elapsed,
        InputBytes = inputBytes,
        InputRecords = inputRecords,
        ShuffleBytes = shuffleBytes,
        SpilledBytes = spilledBytes,
        SkippedRecords = skipped,
        Retries = retries,
        Phases = phases,
        HotKeys = [.. hotKeys.OrderByDescending(key => key.Weight).ThenBy(key => key.Key, StringComparer.Ordinal).Take(HotKeysShown)],
    };
}
