using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class ProcessIdentityTests
{
    [Fact]
    public void This_process_lives_and_an_earlier_one_of_the_same_number_does_not()
    {
        var current = ProcessIdentity.Current;
        Assert.True(current.IsAlive);
        Assert.False((current with { Started = current.Started - 60 }).IsAlive);
    }

    [LinuxFact]
    public async Task A_process_is_dead_also_while_its_parent_has_not_taken_note_of_it()
    {
        // The parent becomes another program, which does not know of its child.
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "tail -f /dev/null & echo $!; exec tail -f /dev/null"]) { RedirectStandardOutput = true })!;
        try
        {
            var child = int.Parse((await parent.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            using var process = Process.GetProcessById(child);
            var identity = ProcessIdentity.Of(process);
            process.Kill();
            Assert.True(await identity.AwaitEndAsync(Patience.Limit));
            Assert.Contains(") Z", await File.ReadAllTextAsync($"/proc/{child}/stat"), StringComparison.Ordinal);
        }
        finally
        {
            parent.Kill();
        }
    }
}
