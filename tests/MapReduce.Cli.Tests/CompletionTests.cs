using System.Diagnostics;
using MapReduce.Cli.Completion;
using Xunit;

namespace MapReduce.Cli.Tests;

/// <summary>Completion, from the commands and in real shells.</summary>
[Collection(Cluster.Name)]
public sealed class CompletionTests(Cluster cluster)
{
    [Fact]
    public void Every_command_and_every_option_completes()
    {
        foreach (var command in CommandTable.All)
        {
            for (var word = 0; word < command.Words.Length; word++)
                Assert.Contains(command.Words[word], Words([.. command.Words[..word], command.Words[word][..1]]));
            var options = command.Options.GetProperties().SelectMany(property => property.GetCustomAttributes(typeof(CommandLine.OptionAttribute), true)).Cast<CommandLine.OptionAttribute>().Select(option => $"--{option.LongName}");
            Assert.Equal(options.Order(), Words([.. command.Words, "-"]).Order());
        }
    }

    [Theory]
    [InlineData("", "run")]
    [InlineData("job ", "diagnose")]
    [InlineData("jo", "jobs,job")]
    [InlineData("run ", ":files")]
    [InlineData("run J --input ", ":files")]
    [InlineData("run J --compress ", "none,lz4,zstd")]
    [InlineData("run J --compress l", "lz4")]
    [InlineData("run J -- ", ":files")]
    [InlineData("run J --slots ", "")]
    [InlineData("generate ", "text,logs,records")]
    [InlineData("user add ann --role ", "view,submit,operate")]
    [InlineData("completion ", "bash,zsh,fish,pwsh")]
    [InlineData("job show ", "Jobs")]
    [InlineData("job logs --json x ", "Tasks")]
    [InlineData("node drain --cluster C ", "Nodes")]
    [InlineData("nodes --js", "--json")]
    [InlineData("nodes --json --js", "")]
    [InlineData("run --input a --inp", "--input")]
    public void A_word_has_the_candidates_that_may_stand_there(string line, string expected)
    {
        var words = Words(line.Split(' '));
        if (line.Length == 0 || expected == "diagnose") Assert.Contains(expected, words);
        else Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), words);
    }

    [Fact]
    public async Task Bash_completes_commands_options_files_jobs_and_nodes()
    {
        await AssertShellAsync("bash", "bash", line => $"COMP_WORDS=(mr {line} ''); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _mr; printf '%s\\n' \"${{COMPREPLY[@]}}\"");
    }

    [ShellFact("zsh")]
    public async Task Zsh_completes_commands_options_files_jobs_and_nodes()
    {
        await AssertShellAsync("zsh", "zsh", line => $"words=(mr {line} ''); CURRENT=${{#words}}; _mr",
            "compdef() { true; }; _describe() { print -l -- \"${(@P)2}\" | sed 's/:.*//'; }; _files() { ls; }");
    }

    [ShellFact("fish")]
    public async Task Fish_completes_commands_options_files_jobs_and_nodes()
    {
        await AssertShellAsync("fish", "fish", line => $"complete -C 'mr {line} ' | string split -f1 \\t");
    }

    [ShellFact("pwsh")]
    public async Task PowerShell_completes_commands_options_files_jobs_and_nodes()
    {
        await AssertShellAsync("pwsh", "pwsh", line => $"(TabExpansion2 'mr {line} ' {line.Length + 4}).CompletionMatches | ForEach-Object CompletionText");
    }

    [Fact]
    public void A_shell_that_there_is_no_script_for_is_told()
    {
        var (code, _, error) = Cluster.Mr("completion", "tcsh");
        Assert.Equal(2, code);
        Assert.Contains("bash, zsh, fish, pwsh", error, StringComparison.Ordinal);
    }

    private async Task AssertShellAsync(string shell, string name, Func<string, string> complete, string before = "")
    {
        var id = await cluster.SubmitAsync("ThrowingMapper", cluster.Write($"{shell}-in", "1\n"));
        await cluster.Client.WaitAsync(id);
        var files = Directory.CreateDirectory(cluster[$"{shell}-files"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "a file.txt"), "");
        var connection = string.Join(' ', cluster.Connection);
        string[] lines = ["job", "run", $"job diagnose {connection}", $"node drain {connection}"];
        var load = shell switch { "fish" => "mr completion fish | source", "pwsh" => "mr completion pwsh | Out-String | Invoke-Expression", _ => $"source <(mr completion {name})" };
        var script = string.Join('\n', [before, load, .. lines.Select(line => $"{complete(line)}; echo '===='")]);
        using var process = Process.Start(new ProcessStartInfo(shell, [.. Quiet(shell), "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = files,
            Environment = { ["PATH"] = $"{WithProgram()}:{Environment.GetEnvironmentVariable("PATH")}", ["POWERSHELL_TELEMETRY_OPTOUT"] = "1", ["POWERSHELL_UPDATECHECK"] = "Off" },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var answers = (await process.StandardOutput.ReadToEndAsync()).Split("====").Select(answer => answer.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
        await process.WaitForExitAsync();
        Assert.True(answers.Count > lines.Length, await error);
        Assert.Contains("diagnose", answers[0]);
        Assert.Contains(answers[1], answer => answer.Contains("a file.txt", StringComparison.Ordinal) || answer.Contains("a\\ file.txt", StringComparison.Ordinal));
        Assert.Contains(id[..8], answers[2]);
        Assert.Equal(["node-1", "node-2", "node-3"], answers[3].Order());
    }

    /// <summary>A folder with <c>mr</c>, as somebody has it on the path who has installed it.</summary>
    private string WithProgram()
    {
        var bin = Directory.CreateDirectory(cluster["bin"]).FullName;
        var program = Path.Combine(bin, "mr");
        File.WriteAllText(program, $"#!/bin/sh\nexec dotnet '{TestProgram.File}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return bin;
    }

    /// <summary>What keeps a shell from reading the settings of the user.</summary>
    private static string[] Quiet(string shell) => shell switch { "zsh" => ["-f"], "fish" => ["--no-config"], "pwsh" => ["-NoProfile", "-NonInteractive"], _ => ["--norc"] };

    private static List<string> Words(IReadOnlyList<string> words) => [.. CandidateList.Of(words, (source, _) => [new Candidate($"{source}", "")]).Select(candidate => candidate.Word)];
}

/// <summary>A test that needs a shell.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ShellFactAttribute : FactAttribute
{
    public ShellFactAttribute(string shell)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, shell)))) Skip = $"Needs {shell}.";
    }
}
