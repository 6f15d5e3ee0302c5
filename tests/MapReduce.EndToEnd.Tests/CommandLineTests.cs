using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Xunit;

namespace MapReduce.EndToEnd.Tests;

public sealed partial class CommandLineTests : IDisposable
{
    private readonly Sandbox sandbox = new();

    public void Dispose() => sandbox.Dispose();

    [Fact]
    public void Without_arguments_five_commands_are_shown()
    {
        var (code, output, _) = Mr.Run();
        Assert.Equal(0, code);
        Assert.Equal(5, output.Split('\n').Count(line => line.StartsWith("  mr ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Version_is_told()
    {
        var (code, output, _) = Mr.Run("--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^mr \d+\.\d+\.\d+\s*$", output);
    }

    [Fact]
    public void A_run_ends_with_its_figures_rows_phases_and_output()
    {
        var (code, output, _) = Run("WordCount", sandbox.Write("in.txt", "b a b"));
        Assert.Equal(0, code);
        Assert.Matches(@"^finished in .* · 5 B · .* MB/s · 0 retries", output);
        foreach (var part in (string[])["  a\t1\n  b\t2", "phases ", "hottest   b 2 · a 1", $"output    {sandbox["out"]}"]) Assert.Contains(part, output, StringComparison.Ordinal);
        Assert.Equal("a\t1\nb\t2\n", File.ReadAllText(sandbox["out/part-00000"]));
    }

    [Fact]
    public void A_run_for_programs_is_json()
    {
        var (code, output, error) = Run("WordCount", sandbox.Write("in.txt", "b a b"), "--json");
        Assert.Equal((0, ""), (code, error));
        using var json = JsonDocument.Parse(output);
        Assert.Equal(5, json.RootElement.GetProperty("inputBytes").GetInt64());
        Assert.Equal(2, json.RootElement.GetProperty("files")[0].GetProperty("rows").GetInt64());
    }

    [Fact]
    public void An_empty_file_gives_an_empty_result()
    {
        var (code, _, _) = Run("WordCount", sandbox.Write("empty", ""));
        Assert.Equal(0, code);
        Assert.Equal("", Mr.Run("cat", sandbox["out"]).Output);
    }

    [Fact]
    public void Arguments_of_a_job_are_shown_by_its_help()
    {
        var (code, output, _) = Mr.Run("run", Mr.Job("WordCount"), "--", "--help");
        Assert.Equal(0, code);
        Assert.Contains("--sorted", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "command 'fly'", "fly")]
    [InlineData(2, "Which job?", "run")]
    [InlineData(2, "Where to?", "run", "{WordCount}")]
    [InlineData(2, "--slots", "run", "{WordCount}", "-i", "{in}", "-o", "{out}", "--slots", "0")]
    [InlineData(2, "--partitions", "run", "{WordCount}", "-i", "{in}", "-o", "{out}", "--partitions", "-3")]
    [InlineData(2, "--split", "run", "{WordCount}", "-i", "{in}", "-o", "{out}", "--split", "0")]
    [InlineData(2, "--memory", "run", "{WordCount}", "-i", "{in}", "-o", "{out}", "--memory", "much")]
    [InlineData(2, "'wings' is unknown", "run", "{WordCount}", "-i", "{in}", "-o", "{out}", "--wings", "2")]
    [InlineData(2, "'feathers' is unknown", "run", "{WordCount}", "-i", "{in}", "-o", "{out}", "--", "--feathers")]
    [InlineData(3, "no file or folder", "run", "{WordCount}", "-i", "{in}.missing", "-o", "{out}")]
    [InlineData(3, "Nothing matches", "run", "{WordCount}", "-i", "{in}*.zip", "-o", "{out}")]
    [InlineData(3, "--input", "run", "{WordCount}", "-o", "{out}")]
    [InlineData(4, "lie within each other", "run", "{WordCount}", "-i", "{folder}", "-o", "{out}")]
    [InlineData(4, "place for --events", "run", "{WordCount}", "-i", "{in}", "-o", "{out}", "--events", "{in}/log")]
    [InlineData(5, "no .NET assembly", "run", "{in}", "-i", "{in}", "-o", "{out}")]
    [InlineData(5, "There is no job", "run", "{in}.dll", "-i", "{in}", "-o", "{out}")]
    [InlineData(5, "has no project", "run", "{folder}", "-i", "{in}", "-o", "{out}")]
    [InlineData(5, "has no job", "run", "{CommandLine}", "-i", "{in}", "-o", "{out}")]
    [InlineData(5, "Concatenate, Crashing, Deaf", "run", "{MapReduce.TestJobs}", "-i", "{in}", "-o", "{out}")]
    [InlineData(5, "no job named 'Nobody'", "run", "{MapReduce.TestJobs}", "--job", "Nobody", "-i", "{in}", "-o", "{out}")]
    [InlineData(3, "not the output of a job", "cat", "{folder}")]
    public void A_mistake_is_told_in_words_with_its_exit_code(int code, string words, params string[] arguments)
    {
        var input = sandbox.Write("in.txt", "text");
        var (actual, output, error) = Mr.Run(arguments.Select(argument => argument switch
        {
            "{folder}" => sandbox.Path,
            "{out}" => sandbox["out"],
            _ when argument.StartsWith("{in}", StringComparison.Ordinal) => input + argument["{in}".Length..],
            _ when argument[0] == '{' => Mr.Job(argument[1..^1]),
            _ => argument,
        }));
        Assert.Contains(words, error, StringComparison.Ordinal);
        Assert.Equal((code, ""), (actual, output));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(["in.txt"], sandbox.Names);
    }

    [Fact]
    public void An_output_that_exists_is_refused_unless_it_may_be_replaced()
    {
        var input = sandbox.Write("in.txt", "a");
        Assert.Equal(0, Run("WordCount", input).Code);
        File.WriteAllText(input, "b");
        var (code, _, error) = Run("WordCount", input);
        Assert.Equal(4, code);
        Assert.Contains("--overwrite", error, StringComparison.Ordinal);
        Assert.Equal(0, Run("WordCount", input, "--overwrite").Code);
        Assert.Equal("b\t1\n", File.ReadAllText(sandbox["out/part-00000"]));
        Assert.Equal(["in.txt", "out"], sandbox.Names);
    }

    [Fact]
    public void A_folder_that_no_job_wrote_is_never_replaced()
    {
        sandbox.Write("out/diary.txt", "dear");
        var (code, _, error) = Run("WordCount", sandbox.Write("in.txt", "a"), "--overwrite");
        Assert.Equal(4, code);
        Assert.Contains("out", error, StringComparison.Ordinal);
        Assert.Equal("dear", File.ReadAllText(sandbox["out/diary.txt"]));
    }

    [Fact]
    public void A_gzip_file_cut_short_is_named()
    {
        using (var gzip = new GZipStream(File.Create(sandbox["in.gz"]), CompressionLevel.Fastest))
            gzip.Write(Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 5000))));
        using (var file = File.OpenWrite(sandbox["in.gz"])) file.SetLength(file.Length / 2);
        var (code, _, error) = Run("WordCount", sandbox["in.gz"]);
        Assert.Equal(3, code);
        Assert.Contains("in.gz' is damaged or cut short", error, StringComparison.Ordinal);
        Assert.Equal(["in.gz"], sandbox.Names);
    }

    [Fact]
    public void An_assembly_for_a_newer_framework_is_refused()
    {
        var assembly = File.ReadAllBytes(Mr.TestJobs);
        var framework = assembly.AsSpan().IndexOf(".NETCoreApp,Version=v10.0"u8);
        "v99.0"u8.CopyTo(assembly.AsSpan(framework + ".NETCoreApp,Version=".Length));
        File.WriteAllBytes(sandbox["Newer.dll"], assembly);
        var (code, _, error) = Mr.Run("run", sandbox["Newer.dll"], "--job", "HotKey", "--output", sandbox["out"]);
        Assert.Equal(5, code);
        Assert.Contains("built for .NET 99.0", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_whose_dependency_is_another_version_than_ours_gets_its_own()
    {
        var (code, _, error) = Mr.Run("run", Mr.ConflictingJob, "-q", "--input", sandbox.Write("in", "one\ntwo\n"), "--output", sandbox["out"], "--partitions", "1");
        Assert.True(code == 0, error);
        Assert.Equal("1.0.0.0\t2\n", File.ReadAllText(Path.Combine(sandbox["out"], "part-00000")));
    }

    [Fact]
    public void A_cancelled_run_leaves_nothing()
    {
        using var mr = Mr.Start("run", Mr.TestJobs, "--job", "Endless", "--output", sandbox["out"], "--events", sandbox["events"]);
        EventLog.WaitFor(sandbox["events"], mr, lines => lines.Any(line => line.Event == "AttemptStarted" && line.Kind == 'm'));
        AssertCancelled(mr);
        Assert.Equal(["events"], sandbox.Names);
    }

    [Fact]
    public void Code_that_does_not_heed_a_cancellation_is_left_behind()
    {
        using var mr = Mr.Start("run", Mr.TestJobs, "--job", "Deaf", "--input", sandbox.Write("in", sandbox["seen"]), "--output", sandbox["out"]);
        while (!mr.HasExited && !File.Exists(sandbox["seen"])) Thread.Yield();
        AssertCancelled(mr);
        Assert.Equal(["in", "seen"], sandbox.Names);
    }

    private static void AssertCancelled(Mr mr)
    {
        Assert.Equal(0, Kill(mr.Id, 2));
        var (code, _, error) = mr.End();
        Assert.Equal(130, code);
        Assert.Contains("Cancelled", error, StringComparison.Ordinal);
    }

    private (int Code, string Output, string Error) Run(string job, string input, params string[] more)
        => Mr.Run(["run", Mr.Job(job), "--input", input, "--output", sandbox["out"], .. more]);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
