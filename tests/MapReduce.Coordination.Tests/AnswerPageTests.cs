using Google.Protobuf.WellKnownTypes;
using Xunit;

namespace MapReduce.Coordination.Tests;

public sealed class AnswerPageTests
{
    [Theory]
    [InlineData("1 2 3", 3)]
    [InlineData("19000 20000 2000 1", 2)]
    [InlineData("50000", 1)]
    [InlineData("50000 1", 1)]
    [InlineData("1 50000 1", 1)]
    [InlineData("1 1 1 1 1 1 1", 5)]
    public void It_takes_the_first_whatever_its_size_and_then_as_many_in_order_as_fit(string sizes, int taken)
    {
        var page = new AnswerPage(mostItems: 5);
        var items = sizes.Split(' ').Select(size => new StringValue { Value = new string('x', int.Parse(size, System.Globalization.CultureInfo.InvariantCulture)) }).ToList();
        Assert.Equal(items.Take(taken), items.Where(page.Takes));
        Assert.Equal(taken == 5 || taken < items.Count, page.IsFull);
    }
}
