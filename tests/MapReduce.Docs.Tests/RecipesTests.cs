using MapReduce.Docs.Tests.Recipes;
using MapReduce.Sdk;
using MapReduce.Testing;
using Xunit;

namespace MapReduce.Docs.Tests;

/// <summary>The recipes of docs/recipes.md do what they say, and the page shows the very code that is tested.</summary>
public sealed class RecipesTests
{
    [Fact]
    public void Top_n() => Assert.Equal(["3\t/a,1\t/b"], JobTest.Run<BusiestPages>("x /a\ny /b\nz /a\nx /a\n").Rows.Select(row => row.Trim()));

    [Fact]
    public void Sessions_end_after_half_an_hour_of_silence()
        => Assert.Equal(["ann\t0\t1700", "ann\t9000\t9000", "bob\t5\t5"], Sorted<Sessions>("ann 1700\nann 0\nbob 5\nann 9000\n"));

    [Fact]
    public void Equal_lines_are_written_once() => Assert.Equal(["a", "b"], JobTest.Run<Deduplicate>("b\na\nb\n", "a\n").Rows);

    [Fact]
    public void Rows_are_sorted_by_a_number() => Assert.Equal(["91\tEve", "40\tAnn", "7\tBob"], JobTest.Run<OldestFirst>("name,age\nAnn,40\nBob,7\nEve,91\n").Rows);

    [Fact]
    public void Orders_are_joined_with_customers()
    {
        var test = new JobTest { Inputs = [new("customers", "1\tAnn\n2\tBob\n"), new("orders", "1\t5\n1\t7\n")], SeparateInputs = true };
        Assert.Equal(["Ann\t12", "Bob\t0"], test.Execute<OrdersOfCustomers>().Rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Waits_are_found_in_order() => Assert.Equal(["U1\t20", "U2\t0"], Sorted<LongestWait>("U1 30\nU1 0\nU2 5\nU1 10\n"));

    [Theory]
    [InlineData(typeof(BusiestPages))]
    [InlineData(typeof(Sessions))]
    [InlineData(typeof(Deduplicate))]
    [InlineData(typeof(OldestFirst))]
    [InlineData(typeof(OrdersOfCustomers))]
    [InlineData(typeof(LongestWait))]
    public void The_page_shows_the_code_that_is_tested(Type recipe)
    {
        var code = File.ReadAllText(Path.Combine(Pages.Root, "tests", "MapReduce.Docs.Tests", "Recipes", $"{recipe.Name}.cs"));
        Assert.Contains(code[code.IndexOf("public sealed class", StringComparison.Ordinal)..].Trim(), File.ReadAllText(Path.Combine(Pages.Root, "docs", "recipes.md")), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Sorted<TJob>(string text) where TJob : IJob, new() => JobTest.Run<TJob>(text).Rows.Order(StringComparer.Ordinal);
}
