using System.Text;
using Xunit;

namespace MapReduce.Sdk.Tests;

public sealed class TextFormatTests
{
    [Fact]
    public void A_row_is_key_tab_value()
    {
        Assert.Equal("word\t3\n", Row("word", 3L));
        Assert.Equal("only key\n", Row("only key", None.Value));
        Assert.Equal("-9223372036854775808\n", Row(None.Value, long.MinValue));
    }

    [Fact]
    public void Parts_of_tuples_are_columns_and_elements_of_arrays_stand_behind_commas()
    {
        Assert.Equal("a\t1\tb\t2\n", Row(("a", 1), ("b", 2)));
        Assert.Equal("1\t2\t3\t4\tx,y\n", Row((1, 2, 3, 4), (string[])["x", "y"]));
    }

    [Fact]
    public void Numbers_and_dates_are_written_the_same_everywhere()
    {
        var culture = Thread.CurrentThread.CurrentCulture;
        Assert.Equal("0.1\t1.5\n", Row(0.1, 1.5m));
        Assert.Equal("true\tMonday\n", Row(true, DayOfWeek.Monday));
        Assert.Equal("2024-02-29\t\n", Row(new DateOnly(2024, 2, 29), (int?)null));
        Assert.Equal("7\t8\n", Row(new Descending<int>(7), (int?)8));
        Assert.Equal(culture, Thread.CurrentThread.CurrentCulture);
    }

    [Fact]
    public void A_date_sorts_as_text_as_it_does_in_time()
        => Assert.StartsWith("2024-02-29T13:14:15", Row(new DateTime(2024, 2, 29, 13, 14, 15, DateTimeKind.Utc), None.Value), StringComparison.Ordinal);

    [Fact]
    public void Half_of_a_pair_of_surrogates_is_shown_as_no_character_in_a_char_as_in_a_string()
    {
        Assert.Equal("\uFFFD\t\uFFFD\n", Row('\uD83D', "\uD83D"));
        Assert.Equal("ä\t\uFFFF\n", Row('ä', '\uFFFF'));
    }

    [Fact]
    public void A_type_of_the_author_is_written_as_its_text() => Assert.Equal("1.2\tv\n", Row(new Version(1, 2), "v"));

    private static string Row<TKey, TValue>(TKey key, TValue value)
    {
        var writer = new ByteWriter();
        new TextFormat<TKey, TValue>().Write(key, value, writer);
        return Encoding.UTF8.GetString(writer.Written);
    }
}
