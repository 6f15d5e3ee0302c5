using MapReduce.Local;
using MapReduce.TestJobs;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed class DataLargerThanMemoryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_key_with_nine_of_ten_values_passes_in_little_memory(bool keep)
    {
        using var output = JobOutput.Of<HotKey>([], new LocalSettings { Slots = 2, MemoryOfSlot = 4 << 20, KeepInMemory = keep });
        Assert.Equal("-1\t900000\ttrue\n", JobOutput.Text(output.Bytes()));
        Assert.True(output.Report.SpilledBytes > 20 << 20);
    }

    [Fact]
    public void Values_keep_their_order_for_any_number_of_slots_and_spills()
    {
        using var sandbox = new Sandbox();
        var random = new Random(7);
        for (var file = 0; file < 5; file++)
            sandbox.Write($"in/{file}.txt", string.Join('\n', Enumerable.Range(0, 4000).Select(_ => $"{(char)('a' + random.Next(4))}{random.Next(1000)}x{(char)('a' + random.Next(26))}{new string('y', random.Next(9))}")));
        LocalSettings[] schedules =
        [
            new() { Slots = 1, SplitBytes = 10_000 },
            new() { Slots = 6, SplitBytes = 10_000 },
            new() { Slots = 2, SplitBytes = 10_000, MemoryOfSlot = 256 << 10, KeepInMemory = false },
            new() { Slots = 3, SplitBytes = 1_000, MemoryOfSlot = 256 << 10 },
            new() { Slots = 1 },
        ];
        var texts = schedules.Select(schedule =>
        {
            using var output = JobOutput.Of<Concatenate>([sandbox["in"]], schedule with { Partitions = 1 });
            return JobOutput.Text(output.Bytes());
        }).ToList();
        Assert.True(texts[0].Length > 100_000);
        Assert.All(texts, text => Assert.Equal(texts[0], text));
    }
}
