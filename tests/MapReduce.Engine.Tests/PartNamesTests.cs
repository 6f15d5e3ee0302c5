using CsCheck;
using MapReduce.Engine.Output;
using MapReduce.Sdk;
using Xunit;

namespace MapReduce.Engine.Tests;

public sealed class PartNamesTests
{
    [Theory]
    [InlineData(0, 1, "part-00000")]
    [InlineData(99_999, 100_000, "part-99999")]
    [InlineData(7, 100_001, "part-000007")]
    [InlineData(100_000, 100_001, "part-100000")]
    [InlineData(12, 1_000_000, "part-000012")]
    [InlineData(12, 1_000_001, "part-0000012")]
    public void Parts_are_numbered_with_as_many_digits_as_the_last_one_needs(int part, int parts, string expected)
        => Assert.Equal(expected, PartNames.Of(new OutputTarget(""), new PartNumber(part, parts)));

    [Fact]
    public void Names_sort_as_their_numbers_do()
        => Gen.Select(Gen.Int[1, 20_000_000], Gen.Double.Unit, Gen.Double.Unit).Sample((parts, one, other) =>
        {
            var (left, right) = ((int)(one * parts), (int)(other * parts));
            Assert.Equal(Math.Sign(left.CompareTo(right)), Math.Sign(string.CompareOrdinal(Name(left), Name(right))));

            string Name(int part) => PartNames.Of(new OutputTarget("counts").Compressed(OutputCompression.Gzip), new PartNumber(part, parts));
        });
}
