using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed class GenerateAndValidateTests : IDisposable
{
    private readonly Sandbox sandbox = new();

    public void Dispose() => sandbox.Dispose();

    [Theory]
    [InlineData(1, false, "3fcaea0a", "7c8c936055ae82c3")]
    [InlineData(10, false, "469302dca", "")]
    [InlineData(1000, false, "1f5dfb3631a", "")]
    [InlineData(100_000, false, "c34e19c81885", "80fe641398d33c5f")]
    [InlineData(100_000, true, "c3068574c6ff", "b448d01a3705d490")]
    public void Records_are_those_of_the_sort_benchmark(int records, bool binary, string checksum, string hash)
    {
        Generate("records", records * 100, binary ? ["--binary"] : []);
        Assert.Contains($"Records: {records}\nChecksum: {checksum}\n", Mr.Run("validate", "sort", sandbox["made"]).Output, StringComparison.Ordinal);
        Assert.StartsWith(hash, JobOutput.Hash(File.ReadAllBytes(sandbox["made"])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Records_may_begin_anywhere(bool binary)
    {
        string[] more = binary ? ["--binary"] : [];
        var all = Generate("records", 200_000, more);
        Assert.Equal(all[123_400..], Generate("records", 200_000 - 123_400, ["--begin", "1234", "--overwrite", .. more]));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("logs")]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others(string kind)
    {
        var made = Generate(kind, 100_000);
        Assert.InRange(made.Length, 99_000, 100_000);
        Assert.Equal((byte)'\n', made[^1]);
        Assert.Equal(made, Generate(kind, 100_000, "--overwrite"));
        Assert.NotEqual(made, Generate(kind, 100_000, "--overwrite", "--seed", "2"));
    }

    [Fact]
    public void Every_line_of_a_generated_log_is_well_formed()
    {
        Generate("logs", 300_000);
        Assert.Equal(0, Mr.Run("run", Mr.Job("LogAnalytics"), "--input", sandbox["made"], "--output", sandbox["out"]).Code);
        Assert.Contains("malformed\t0\nbad_request\t0\n", Mr.Run("cat", sandbox["out"], "--name", "summary").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Generated_words_are_as_many_as_asked_for_and_the_first_ranks_the_most_frequent()
    {
        Generate("text", 300_000, "--words", "50");
        Assert.Equal(0, Mr.Run("run", Mr.Job("WordCount"), "--input", sandbox["made"], "--output", sandbox["out"], "--partitions", "1").Code);
        var counts = File.ReadAllLines(sandbox["out/part-00000"]).Select(row => int.Parse(row.Split('\t')[1])).ToList();
        Assert.Equal(50, counts.Count);
        Assert.True(counts.Max() > 20 * counts.Min());
    }

    [Fact]
    public void A_sorted_output_is_validated_against_its_input()
    {
        Generate("records", 50_000);
        Assert.Equal(0, Mr.Run("run", Mr.Job("Sort"), "--input", sandbox["made"], "--output", sandbox["out"], "--partitions", "3", "--", "--record", "100").Code);
        var (code, output, _) = Mr.Run("validate", "sort", sandbox["out"], "--input", sandbox["made"]);
        Assert.Contains("SUCCESS", output, StringComparison.Ordinal);
        Assert.Equal(0, code);
    }

    [Fact]
    public void Faults_of_a_sort_are_found()
    {
        var records = Generate("records", 5000);
        var sorted = Enumerable.Range(0, 50).Select(i => records[(i * 100)..((i + 1) * 100)]).OrderBy(record => Convert.ToHexString(record), StringComparer.Ordinal).ToList();

        AssertFault("out of order; the first is record", [.. sorted[10..], .. sorted[..10]]);
        AssertFault("has 50 records, not 49", sorted[..49], "--input", sandbox["made"]);
        AssertFault("lost, doubled or changed", [.. sorted[..49], sorted[48]], "--input", sandbox["made"]);
        AssertFault("no record", []);

        File.WriteAllBytes(sandbox["sorted/part-00000"], [.. sorted[..10].SelectMany(record => record)]);
        File.WriteAllBytes(sandbox["sorted/part-00001"], [.. sorted[9..].SelectMany(record => record)]);
        Assert.Contains("begins the next", Mr.Run("validate", "sort", sandbox["sorted"]).Output, StringComparison.Ordinal);

        File.WriteAllBytes(sandbox["sorted/part-00001"], new byte[150]);
        Assert.Contains("partial record", Mr.Run("validate", "sort", sandbox["sorted"]).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "What?", "generate", "--output", "{made}")]
    [InlineData(2, "cannot be generated", "generate", "poems", "--output", "{made}")]
    [InlineData(2, "Where to?", "generate", "text")]
    [InlineData(2, "--size", "generate", "text", "--size", "-1", "--output", "{made}")]
    [InlineData(2, "--words 0", "generate", "text", "--words", "0", "--output", "{made}")]
    [InlineData(4, "cannot be written", "generate", "text", "--output", "{made}/of/nothing")]
    [InlineData(2, "mr validate sort", "validate", "{made}")]
    [InlineData(2, "A key of 11 bytes", "validate", "sort", "{made}", "--record", "10", "--key", "11")]
    [InlineData(3, "no file or folder", "validate", "sort", "{made}")]
    public void A_mistake_is_told_in_words_with_its_exit_code(int code, string words, params string[] arguments)
    {
        var (actual, _, error) = Mr.Run(arguments.Select(argument => argument.Replace("{made}", sandbox["made"], StringComparison.Ordinal)));
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Equal(code, actual);
        Assert.Empty(sandbox.Names);
    }

    [Fact]
    public void A_file_that_is_there_is_not_replaced()
    {
        sandbox.Write("made", "dear");
        Assert.Equal(4, Mr.Run("generate", "text", "--output", sandbox["made"]).Code);
        Assert.Equal("dear", File.ReadAllText(sandbox["made"]));
    }

    private byte[] Generate(string kind, int size, params string[] more)
    {
        var (code, _, error) = Mr.Run(["generate", kind, "--size", $"{size}", "--output", sandbox["made"], .. more]);
        Assert.True(code == 0, error);
        return File.ReadAllBytes(sandbox["made"]);
    }

    private void AssertFault(string words, List<byte[]> records, params string[] more)
    {
        Directory.CreateDirectory(sandbox["sorted"]);
        File.WriteAllBytes(sandbox["sorted/part-00000"], [.. records.SelectMany(record => record)]);
        var (code, output, _) = Mr.Run(["validate", "sort", sandbox["sorted"], .. more]);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }
}
