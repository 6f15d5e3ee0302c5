using MapReduce.Testing;
using Xunit;

namespace MapReduce.Jobs.Tests;

public sealed class SecondarySortTests
{
    [Fact]
    public void Values_of_a_group_come_in_order_and_negative_numbers_first()
    {
        var ruler = new string('-', 48);
        Assert.Equal([ruler, "-3\t7", ruler, "1\t-9", "1\t2", "1\t2", "1\t10"], JobTest.Run<SecondarySort.SecondarySort>("1 10\n1\t2\n-3 7\n\n1  -9\n1 2").Rows);
    }
}
