using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace MapReduce.TestRunner;

/// <summary>
/// What a run of the tests leaves on the machine, told by the number of its process: processes carry it in their environment, executors, which see little
/// of that, by their folder for temporary files; folders, network namespaces and mounts in their names. Removed when the run ends, and by the next run where this one was killed.
/// </summary>
internal sealed partial class Marks
{
    private const string Variable = "MAPREDUCE_TEST_RUN";
    private const int Kill = 9;
    private readonly string run = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private readonly string folder;

    public Marks()
    {
        folder = FolderOf(run);
        foreach (var dead in Leftovers().Where(other => other == run || !IsRun(other))) Remove(dead);
        Directory.CreateDirectory(folder);
    }

    /// <summary>Gives a process, and whatever it starts, the marks of this run. Short, because the name of a socket has room for a hundred letters.</summary>
    public void Put(IDictionary<string, string?> environment)
    {
        environment[Variable] = run;
        environment["TMPDIR"] = folder;
    }

    /// <summary>Removes all that carries the marks of this run.</summary>
    /// <returns>What was left, a line each.</returns>
    public List<string> Remove() => Remove(run);

    private static string FolderOf(string run) => Path.Combine("/tmp", $"mrt{run}");

    private static IEnumerable<string> Leftovers()
        => Directory.GetDirectories("/tmp", "mrt*").Select(Path.GetFileName).Concat(Namespaces()).Select(name => Owner().Match(name!)).Where(match => match.Success).Select(match => match.Groups[1].Value)
            .Concat(Processes().Select(process => process.Run)).Distinct().ToList();

    /// <summary>Whether a run of the tests goes on under this number.</summary>
    private static bool IsRun(string run) => Directory.Exists($"/proc/{run}");

    private static List<string> Remove(string run)
    {
        var left = new List<string>();
        foreach (var (id, _, command) in Processes().Where(process => process.Run == run))
        {
            if (Signal(id, Kill) == 0) left.Add($"process {id}: {command}");
        }
        foreach (var mount in Lines("/proc/mounts").Select(line => line.Split(' ')[1]).Where(mount => mount.StartsWith(FolderOf(run) + "/", StringComparison.Ordinal)).Reverse().ToList())
        {
            Run("umount", "-l", mount);
            left.Add($"mount {mount}");
        }
        foreach (var name in Namespaces().Where(name => Owner().Match(name) is { Success: true } match && match.Groups[1].Value == run).ToList())
        {
            Run("ip", "netns", "delete", name);
            left.Add($"network namespace {name}");
        }
        if (Directory.Exists(FolderOf(run)))
        {
            left.AddRange(Directory.GetFileSystemEntries(FolderOf(run), "mapreduce-*").Select(entry => $"folder {entry}"));
            // A process that has just been killed may still be about to write.
            if (!SpinWait.SpinUntil(() => TryDelete(FolderOf(run)), TimeSpan.FromSeconds(30))) left.Add($"folder {FolderOf(run)}, which cannot be removed");
        }
        return left;
    }

    private static bool TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>All processes that a run of the tests has started, straight or through others.</summary>
    private static IEnumerable<(int Id, string Run, string Command)> Processes()
    {
        if (!Directory.Exists("/proc")) yield break;
        foreach (var id in Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)))
        {
            string? mark = null;
            var command = "";
            try
            {
                mark = File.ReadAllText($"/proc/{id}/environ").Split('\0').Select(entry => Mark().Match(entry)).FirstOrDefault(match => match.Success)?.Groups[1].Value;
                command = File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ').Trim();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is somebody else's.
            }
            if (mark is not null) yield return (id, mark, command);
        }
    }

    private static IEnumerable<string> Namespaces()
        => Directory.Exists("/run/netns") ? Directory.GetFiles("/run/netns").Select(path => Path.GetFileName(path)) : [];

    private static string[] Lines(string file) => File.Exists(file) ? File.ReadAllLines(file) : [];

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
    }

    [GeneratedRegex($@"^(?:{Variable}=|TMPDIR=/tmp/mrt)(\d+)(?:/|$)")]
    private static partial Regex Mark();

    [GeneratedRegex(@"^(?:mrt|mapreduce-test-)(\d+)")]
    private static partial Regex Owner();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
