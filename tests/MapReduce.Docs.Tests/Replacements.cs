using System.Text.RegularExpressions;

namespace MapReduce.Docs.Tests;

/// <summary>What is run instead of a command that a test cannot afford. Whatever is not listed is run as it is written.</summary>
internal static class Replacements
{
    private static readonly (Regex Written, string Run)[] All =
    [
        // The program is built already.
        (new Regex(@"^dotnet run -c Release --project src/MapReduce\.Cli -- "), "mr "),
        (new Regex(@"^dotnet publish (src/\S+) .*$"), "test -d $1"),
        (new Regex(@"^(?:MAPREDUCE_\w+=\S+ )?dotnet test -c Release (tests/\S+)(?: --filter \w+)?$"), "test -d $1"),
        (new Regex(@"^dotnet run -c Release --project (tests/\S+) -- .*$"), "test -d $1"),
        (new Regex(@"^export PATH=.*/out/mr:\$PATH$"), "true"),
        // A test of mr new job builds and tests what it makes.
        (new Regex(@"^dotnet test (out/\S+)$"), "test -d $1"),
        // Minutes of work: the scripts have to be there, and to be programs.
        (new Regex(@"(?<=^|&& )((?:tests|deploy|\.ci)/[^\s&]+)[^&]*(?= &&|$)"), "test -x $1"),
        (new Regex(@"--size 1GiB"), "--size 3MB"),
        // A node runs until it is told to stop; its settings are checked instead.
        (new Regex(@"^mr node start "), "mr config "),
        // The clone is there, nobody debugs, and nobody presses a key.
        (new Regex(@"^git clone \S+ mapreduce && cd mapreduce$"), "true"),
        (new Regex(@"^\./mr "), "mr "),
        (new Regex(@"^mr job replay (\S+) --debug$"), "mr job replay $1 s0-m00000"),
        (new Regex(@"^mr top$"), "mr top --once"),
    ];

    public static string Of(string command) => All.Aggregate(command, (text, replacement) => replacement.Written.Replace(text, replacement.Run));
}
