using System.Text;
using MapReduce.Engine;
using MapReduce.Sdk;
using MapReduce.Storage;
using Xunit;

namespace MapReduce.Local.Tests;

/// <summary>A job of several stages gives the same bytes whatever its settings are. Every setting is tried by its name: one that is added to <see cref="LocalSettings"/> has to be added here.</summary>
public sealed class SettingsTests
{
    private static readonly LocalSettings Usual = new() { Slots = 2, Partitions = 4, SplitBytes = 4 << 10, MemoryOfSlot = 4 << 20 };

    private static readonly Dictionary<string, Func<LocalSettings, LocalSettings>[]> Unseen = new()
    {
        [nameof(LocalSettings.Slots)] = [settings => settings with { Slots = 1 }, settings => settings with { Slots = 7 }],
        [nameof(LocalSettings.MemoryOfSlot)] = [settings => settings with { MemoryOfSlot = 0 }, settings => settings with { MemoryOfSlot = 64 << 10 }],
        [nameof(LocalSettings.SpillFolders)] = [settings => settings with { SpillFolders = [Path.Combine(Path.GetTempPath(), $"mapreduce-spill-{Guid.NewGuid():n}")] }],
        [nameof(LocalSettings.Compression)] = [.. Enum.GetValues<BlockCompression>().Select<BlockCompression, Func<LocalSettings, LocalSettings>>(compression => settings => settings with { Compression = compression })],
        [nameof(LocalSettings.Encrypt)] = [settings => settings with { Encrypt = true }],
        [nameof(LocalSettings.SkipBadRecords)] = [settings => settings with { SkipBadRecords = 10 }],
        [nameof(LocalSettings.Attempts)] = [settings => settings with { Attempts = 3 }],
        [nameof(LocalSettings.Durable)] = [settings => settings with { Durable = true }],
        [nameof(LocalSettings.Overwrite)] = [settings => settings with { Overwrite = true }],
        [nameof(LocalSettings.Combine)] = [settings => settings with { Combine = false }],
        [nameof(LocalSettings.KeepInMemory)] = [settings => settings with { KeepInMemory = false }],
        [nameof(LocalSettings.Connections)] = [settings => settings with { Connections = Connections.Of([new("MAPREDUCE_CONNECTION_NONE", "nowhere")]) }],
        [nameof(LocalSettings.Participants)] = [settings => settings with { Participants = [] }],
    };

    // These two choose which rows are in which part, and change no row.
    private static readonly Dictionary<string, Func<LocalSettings, LocalSettings>[]> Shaping = new()
    {
        [nameof(LocalSettings.SplitBytes)] = [settings => settings with { SplitBytes = 700 }, settings => settings with { SplitBytes = 1 << 20 }],
        [nameof(LocalSettings.Partitions)] = [settings => settings with { Partitions = 0 }, settings => settings with { Partitions = 9 }],
    };

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Expected = new(() => Run(Usual));

    public static TheoryData<string, int> All => Variations(Unseen);

    public static TheoryData<string, int> AllThatShape => Variations(Shaping);

    [Fact]
    public void Every_setting_is_tried()
        => Assert.Equal(
            typeof(LocalSettings).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order(StringComparer.Ordinal),
            Unseen.Keys.Concat(Shaping.Keys).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_setting_of_the_engine_is_one_of_these_under_its_name_or_another()
    {
        string[] others = [nameof(EngineSettings.TaskMemory), nameof(EngineSettings.ScratchFolder), nameof(EngineSettings.Job), nameof(EngineSettings.Key)];
        Assert.Empty(typeof(EngineSettings).GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Except(Unseen.Keys).Except(Shaping.Keys).Except(others));
    }

    [Fact]
    public void The_job_has_parts_and_ranges_that_a_plan_could_get_wrong()
    {
        Assert.True(Expected.Value.Keys.Count(name => name.StartsWith("each/", StringComparison.Ordinal)) > 2);
        Assert.True(Expected.Value.Count(file => file.Key.StartsWith("ordered/", StringComparison.Ordinal) && file.Value.Length > 0) > 2);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_setting_changes_a_byte(string setting, int variation) => Assert.Equal(Expected.Value, Run(Unseen[setting][variation](Usual)));

    [Theory]
    [MemberData(nameof(All))]
    public void No_setting_changes_a_byte_where_everything_is_spilled_and_compressed(string setting, int variation)
        => Assert.Equal(Expected.Value, Run(Unseen[setting][variation](Usual with { MemoryOfSlot = 64 << 10, KeepInMemory = false, Compression = BlockCompression.Lz4 })));

    [Theory]
    [MemberData(nameof(AllThatShape))]
    public void What_shapes_parts_changes_no_row(string setting, int variation) => Assert.Equal(Rows(Expected.Value), Rows(Run(Shaping[setting][variation](Usual))));

    private static TheoryData<string, int> Variations(Dictionary<string, Func<LocalSettings, LocalSettings>[]> settings)
    {
        var data = new TheoryData<string, int>();
        foreach (var (name, variations) in settings)
            for (var i = 0; i < variations.Length; i++) data.Add(name, i);
        return data;
    }

    /// <summary>The rows of each output in their order as text, or sorted where the parts are not ranges.</summary>
    private static Dictionary<string, string[]> Rows(IReadOnlyDictionary<string, string> files)
        => files.GroupBy(file => file.Key[..file.Key.IndexOf('/', StringComparison.Ordinal)]).ToDictionary(output => output.Key, Rows);

    private static string[] Rows(IGrouping<string, KeyValuePair<string, string>> output)
    {
        var rows = string.Concat(output.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Value)).Split('\n');
        return output.Key == "ordered" ? rows : [.. rows.Order(StringComparer.Ordinal)];
    }

    private static IReadOnlyDictionary<string, string> Run(LocalSettings settings)
    {
        try
        {
            return InlineJob.Run(Define, settings, Text(0), Text(1), Text(2)).Files.ToDictionary(file => file.Key, file => Encoding.UTF8.GetString(file.Value));
        }
        finally
        {
            foreach (var spill in settings.SpillFolders.Where(Directory.Exists)) Directory.Delete(spill, recursive: true);
        }
    }

    // Some rows compress well and others hardly at all, so that stored and raw lengths tell of different shares of a dataset.
    private static string Text(int file)
    {
        var random = new Random(file);
        var text = new StringBuilder();
        for (var line = 0; line < 500; line++)
        {
            var key = random.Next(400);
            text.Append(key % 4 == 0 ? Convert.ToHexString(BitConverter.GetBytes(random.NextInt64())) : $"key{new string('k', key % 40)}").Append(' ').Append(line).Append('\n');
        }
        return text.ToString();
    }

    private static void Define(JobBuilder job)
    {
        var values = job.ReadLines(job.Inputs)
            .Map((TextLine line, IEmitter<string, string> output) => output.Emit(line.ToString().Split(' ')[0], line.ToString().Split(' ')[1]))
            .Reduce((string key, Values<string> all, IEmitter<string, string> output) =>
            {
                var text = new StringBuilder();
                foreach (var value in all) text.Append(value).Append(';');
                output.Emit(key, text.ToString());
                for (var i = 0; i < 5; i++) output.Emit($"{key}-{i}", new string((char)('a' + i), 300));
            });
        values.Map((string key, string value, IEmitter<string, int> output) => output.Emit(key, value.Length)).MapOnly().WriteText(job.OutputNamed("each"));
        values.Map((string key, string value, IEmitter<string, string> output) => output.Emit(key, value)).TotalOrder().Sort().WriteText(job.OutputNamed("ordered"));
        values.Map((string key, string value, IEmitter<int, double> output) => output.Emit(key.Length, 1.0 / (value.Length + key[^1])))
            .Aggregate(Sum.Of<double>()).WriteText(job.OutputNamed("sums"));
    }
}
