using MapReduce.Engine;
using MapReduce.Fuzz.Runs;
using MapReduce.FuzzJobs.Stores;
using MapReduce.Local;
using MapReduce.Storage;

namespace MapReduce.Fuzz.Cases;

/// <summary>What settings are tried, by their names: a test holds these against those that there are.</summary>
internal static class SettingsTable
{
    // So many splits of an input that is cut everywhere are enough.
    private const int MostSplits = 60;

    private static readonly Dictionary<string, Func<LocalSettings, SettingsScope, LocalSettings>[]> Choices = new()
    {
        [nameof(LocalSettings.Slots)] = [(settings, _) => settings with { Slots = 1 }, (settings, _) => settings with { Slots = 3 }, (settings, _) => settings with { Slots = 8 }],
        [nameof(LocalSettings.MemoryOfSlot)] = [.. Of([1, 64 << 10, 200 << 10, 1 << 20, 8 << 20], (settings, bytes) => settings with { MemoryOfSlot = bytes })],
        [nameof(LocalSettings.SplitBytes)] = [.. ((long[])[1, 50, 1000, 5000, 100_000, long.MaxValue / 4]).Select<long, Func<LocalSettings, SettingsScope, LocalSettings>>(
            bytes => (settings, scope) => settings with { SplitBytes = Math.Max(bytes, scope.InputBytes / MostSplits) })],
        [nameof(LocalSettings.Partitions)] = [.. Of([0, 1, 2, 5, 70], (settings, number) => settings with { Partitions = number })],
        [nameof(LocalSettings.SpillFolders)] =
        [
            (settings, scope) => settings with { SpillFolders = [Path.Combine(scope.Folder, "spill")] },
            (settings, scope) => settings with { SpillFolders = [Path.Combine(scope.Folder, "spill", "one"), Path.Combine(scope.Folder, "spill", "two")] },
        ],
        [nameof(LocalSettings.Compression)] = [.. Enum.GetValues<BlockCompression>().Select<BlockCompression, Func<LocalSettings, SettingsScope, LocalSettings>>(
            compression => (settings, _) => settings with { Compression = compression })],
        [nameof(LocalSettings.SkipBadRecords)] = [.. Of([1, 4, 1_000_000], (settings, number) => settings with { SkipBadRecords = number })],
        [nameof(LocalSettings.Attempts)] = [(settings, _) => settings with { Attempts = 2 }],
        [nameof(LocalSettings.Durable)] = [(settings, _) => settings with { Durable = true }],
        [nameof(LocalSettings.Overwrite)] = [(settings, _) => settings with { Overwrite = true }],
        [nameof(LocalSettings.Combine)] = [(settings, _) => settings with { Combine = false }],
        [nameof(LocalSettings.KeepInMemory)] = [(settings, _) => settings with { KeepInMemory = false }],
        [nameof(LocalSettings.Connections)] = [(settings, scope) => settings with { Connections = Store(scope) }],
        [nameof(LocalSettings.Participants)] = [(settings, scope) => settings with { Participants = [new FolderParticipant(scope.Store)] }],
        [nameof(LocalSettings.Encrypt)] = [(settings, _) => settings with { Encrypt = true }],
    };

    public static IReadOnlyList<string> Names { get; } = [.. Choices.Keys];

    /// <summary>The number of choices of a setting.</summary>
    public static int CountOf(string name) => Choices[name].Length;

    /// <summary>The settings of a run.</summary>
    public static LocalSettings Of(IReadOnlyDictionary<string, int> chosen, SettingsScope scope)
    {
        var settings = new LocalSettings { Slots = 2, MemoryOfSlot = 4 << 20 };
        foreach (var name in Names)
            if (chosen.TryGetValue(name, out var choice)) settings = Choices[name][choice](settings, scope);
        return scope.HasStore ? settings with { Connections = Store(scope), Participants = [new FolderParticipant(scope.Store)] } : settings;
    }

    private static Connections Store(SettingsScope scope) => Connections.Of([new(FolderStore.Connection, scope.Store)]);

    private static IEnumerable<Func<LocalSettings, SettingsScope, LocalSettings>> Of(int[] numbers, Func<LocalSettings, int, LocalSettings> set)
        => numbers.Select<int, Func<LocalSettings, SettingsScope, LocalSettings>>(number => (settings, _) => set(settings, number));
}

/// <summary>What settings may depend on.</summary>
/// <param name="Folder">The folder of the run.</param>
/// <param name="InputBytes">How much it reads.</param>
/// <param name="HasStore">Whether the job writes to the store.</param>
internal sealed record SettingsScope(string Folder, long InputBytes, bool HasStore)
{
    /// <summary>The folder of the store.</summary>
    public string Store => Path.Combine(Folder, "store");
}
