using System.Text;
using MapReduce.Engine.Input;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests.Input;

public sealed class OtherReadersTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(4096)]
    public void Fixed_records_come_whole_through_any_buffer(int buffer)
    {
        var bytes = Enumerable.Range(0, 700).Select(i => (byte)i).ToArray();
        var file = Reading.File(folder, bytes);
        var expected = bytes.Chunk(7).Select(record => Reading.Latin1(record)).ToList();
        Assert.Equal(expected, Reading.Records(file, 7, 0, 700, buffer));
        Assert.Equal(expected[20..50], Reading.Records(file, 7, 140, 210, buffer));
    }

    [Fact]
    public void A_last_record_cut_short_is_an_error()
        => Assert.Contains("no whole record", Assert.Throws<EngineException>(() => Reading.Records(Reading.File(folder, new byte[23]), 10, 0, 23)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_is_one_record()
    {
        var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("whole file\n", 5000)));
        var file = Reading.File(folder, content);
        var seen = new List<(string, string)>();
        new WholeFileReader().Read(Reading.Split(file, 0, file.Length), record => seen.Add((record.Path, Reading.Latin1(record.Bytes))), Reading.Context(128));
        Assert.Equal([(file.Path, Reading.Latin1(content))], seen);
    }

    [Theory]
    [InlineData("name,city\nAda,London\n\"Turing, Alan\",\"Maida \"\"Vale\"\"\"\n")]
    [InlineData("name,city\r\nAda,London\r\n\"Turing, Alan\",\"Maida \"\"Vale\"\"\"\r\n")]
    [InlineData("\uFEFFname,city\nAda,London\n\"Turing, Alan\",\"Maida \"\"Vale\"\"\"")]
    public void Rows_of_delimited_text_have_columns_by_name(string text)
    {
        var rows = Reading.All(new DelimitedFormat(null!, new DelimitedOptions()), Reading.File(folder, Encoding.UTF8.GetBytes(text)));
        Assert.Equal([("Ada", "London"), ("Turing, Alan", "Maida \"Vale\"")], rows.Select(row => (row["name"], row[1])));
        Assert.Contains("name, city", Assert.Throws<FormatException>(() => rows[0]["town"]).Message, StringComparison.Ordinal);
        Assert.Contains("2 fields", Assert.Throws<FormatException>(() => rows[0][2]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Delimited_text_may_have_no_header_other_delimiters_and_no_quotes()
    {
        var options = new DelimitedOptions { Delimiter = '\t', HasHeader = false, AllowQuotes = false };
        var rows = Reading.All(new DelimitedFormat(null!, options), Reading.File(folder, "\"a\tb\n1\t\n"u8));
        Assert.Equal(["\"a|b", "1|"], rows.Select(row => string.Join('|', row.Fields)));
    }

    [Fact]
    public void A_line_break_in_quotes_belongs_to_the_field()
    {
        var rows = Reading.All(new DelimitedFormat(null!, new DelimitedOptions { HasHeader = false }), Reading.File(folder, "1,\"two\nlines\"\n3,4\n"u8));
        Assert.Equal(["two\nlines", "4"], rows.Select(row => row[1]));
    }

    [Fact]
    public void Each_line_that_is_not_blank_is_a_document()
    {
        var file = Reading.File(folder, "\uFEFF{\"name\":\"Ada\",\"born\":1815}\n \n{\"born\":1912,\"name\":\"Alan\"}"u8);
        Assert.Equal([new Person("Ada", 1815), new Person("Alan", 1912)], Reading.All(JsonRecords.Lines<Person>(null!), file));
    }

    [Fact]
    public void A_document_that_is_none_is_an_error_of_its_record()
        => Assert.IsAssignableFrom<System.Text.Json.JsonException>(
            Assert.Throws<EngineException>(() => Reading.All(JsonRecords.Lines<Person>(null!), Reading.File(folder, "{\"name\":"u8))).InnerException);

    [Fact]
    public void Numbers_are_counted_without_a_file()
    {
        var numbers = new List<long>();
        new NumbersReader().Read(new FileSplit(0, [], 40, 3), numbers.Add, Reading.Context(16));
        Assert.Equal([40, 41, 42], numbers);
    }

    private sealed record Person(string Name, int Born);
}
