using System.Text;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class SortTests
{
    [Fact]
    public void Sorts_lines_by_bytes_and_keeps_carriage_returns()
        => Assert.Equal(["", "B", "a", "a\r", "é", "\uFF5E", "😀"], JobTest.Run<Sort.Sort>("é\na\r\nB\na\n😀\n\n\uFF5E").Rows);

    [Fact]
    public void Sorts_records_by_key_and_equal_keys_by_input()
    {
        var test = new JobTest { Inputs = [new("a", "k2x1k1x2k2x3"), new("b", "k0x4k1x5")], Arguments = ["--record", "4", "--key", "2"] };
        Assert.Equal("k0x4k1x2k1x5k2x1k2x3", Encoding.ASCII.GetString(test.Execute<Sort.Sort>().Bytes("")));
    }

    [Fact]
    public void Parts_follow_each_other_in_order()
    {
        var lines = Enumerable.Range(0, 5000).Select(i => $"{i * 7919 % 5003:D5}").ToList();
        var test = new JobTest { Inputs = [new("lines", string.Join('\n', lines))], Settings = new() { Slots = 3, Partitions = 5, SplitBytes = 1000 } };
        Assert.Equal(lines.Order(StringComparer.Ordinal), test.Execute<Sort.Sort>().Rows);
    }

    [Fact]
    public void A_key_longer_than_the_record_is_refused()
        => Assert.Contains("--key", Assert.Throws<JobException>(() => new JobTest { Inputs = [new("a", "")], Arguments = ["--record", "4", "--key", "5"] }.Execute<Sort.Sort>()).Message, StringComparison.Ordinal);
}
