using System.Net;
using System.Text.Json;
using MapReduce.Api;
using MapReduce.Cli.Diagnose;
using MapReduce.Node.Configuration;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>Names and messages of others are shown, and do nothing else to a terminal.</summary>
public sealed class PrintableTests : IDisposable
{
    private const string Evil = "\u001b]0;x\a";
    private const string Shown = "·]0;x·";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-cli-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Control_characters_are_dots_and_what_lays_text_out_stays()
    {
        Assert.Equal(Shown, Printable.Of(Evil));
        Assert.Equal("a\tb··é", Printable.Of("a\tb\n\u009bé"));
        Assert.Equal(string.Join(Environment.NewLine, "a\tb", Shown, "c", ""), Printable.Lines($"a\tb\r\n{Evil}\rc\n"));
    }

    [Fact]
    public void A_diagnosis_shows_no_control_character_of_a_job()
    {
        var story = new JobEvents { Details = new JobEvents().Details with { Name = Evil } }.Failed("s0-m00000-a0", "DiskFull", $"{Evil} cannot be written to '/data/{Evil}'.", Evil).JobFails();
        var text = DiagnosisText.Of(story.Diagnose(), [Evil]);
        Assert.Contains(Shown, text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, c => char.IsControl(c) && !Environment.NewLine.Contains(c, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_shows_no_control_character_of_a_name()
    {
        var port = Ports.Free();
        using var cluster = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        cluster.Start();
        var answering = Task.Run(() => AnswerAsync(cluster, new JobList(1, [new JobSummary(new string('0', 32), Evil, "running", DateTimeOffset.UnixEpoch, null, 1)])));
        var (code, output, error) = Cluster.Mr("jobs", "--address", $"http://127.0.0.1:{port}", "--token-file", Write("token"));
        Assert.True(code == 0, error);
        await answering;
        Assert.Contains($"  {Shown}", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public void An_error_shows_no_control_character_of_what_it_names()
    {
        var (code, _, error) = Cluster.Mr(Evil);
        Assert.Equal(2, code);
        Assert.Contains($"There is no command '{Shown}'", error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error);
    }

    /// <summary>Answers one call as a cluster would.</summary>
    private static async Task AnswerAsync(HttpListener cluster, JobList jobs)
    {
        var context = await cluster.GetContextAsync();
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.OutputStream, jobs, ApiJson.Default.JobList);
        context.Response.Close();
    }

    private string Write(string name)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllText(file, new string('t', 32));
        return file;
    }
}
