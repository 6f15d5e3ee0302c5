using System.Diagnostics;
using System.Globalization;

namespace MapReduce.Cluster.Tests;

/// <summary>Machines of a network that there is not: network namespaces on one bridge, and this process beside them. Needs root and iproute2.</summary>
internal sealed class Network : IDisposable
{
    // An address on the link that nobody has: what is sent there is lost without a word.
    private const string Nowhere = "02:00:00:00:00:99";
    private const string Namespaces = "/run/netns";

    // The run of the tests removes what carries its number; without a run, this process's.
    private static readonly string Run = Environment.GetEnvironmentVariable("MAPREDUCE_TEST_RUN") is { Length: > 0 } run ? run : Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    private static readonly string Link = $"mrt{Run}";
    private static readonly int Subnet = 1 + (int.Parse(Run, CultureInfo.InvariantCulture) % 250);

    private static readonly string Prefix = $"10.77.{Subnet}.";

    private readonly HashSet<(int From, int To)> cuts = [];

    public Network(int machines)
    {
        Remove();
        try
        {
            Build(machines);
        }
        catch
        {
            Remove();
            throw;
        }
    }

    private void Build(int machines)
    {
        Ip($"netns add {Hub}");
        Ip($"-n {Hub} link add bridge type bridge");
        Ip($"-n {Hub} link set bridge up");
        // This process is the machine with the number 0.
        Ip($"link add {Link} type veth peer name port0 netns {Hub}");
        Ip($"address add {AddressOf(0)}/24 dev {Link}");
        Ip($"link set {Link} up");
        Plug(0);
        for (var machine = 1; machine <= machines; machine++)
        {
            Ip($"netns add {NamespaceOf(machine)}");
            Ip($"-n {NamespaceOf(machine)} link set lo up");
            Ip($"link add eth0 netns {NamespaceOf(machine)} type veth peer name port{machine} netns {Hub}");
            Ip($"-n {NamespaceOf(machine)} address add {AddressOf(machine)}/24 dev eth0");
            Ip($"-n {NamespaceOf(machine)} link set eth0 up");
            Plug(machine);
        }
    }

    /// <summary>Why there can be no such network here; null where there can.</summary>
    public static string? Missing { get; } = Find();

    public string Hub => $"mapreduce-test-{Run}-hub";

    /// <summary>Where machines reach this process, whatever is cut between them.</summary>
    public static string Here => $"{Prefix}254";

    /// <summary>All addresses.</summary>
    public static string Range => $"{Prefix}0/24";

    public string AddressOf(int machine) => machine == 0 ? Here : $"{Prefix}{machine}";

    public string NamespaceOf(int machine) => $"mapreduce-test-{Run}-n{machine}";

    /// <summary>Loses all that one machine sends to another, one way.</summary>
    public void Cut(int from, int to)
    {
        Ip($"-n {NamespaceOf(from)} neighbour replace {AddressOf(to)} lladdr {Nowhere} dev eth0 nud permanent");
        cuts.Add((from, to));
    }

    /// <summary>Ends <see cref="Cut"/>.</summary>
    public void Mend(int from, int to)
    {
        Ip($"-n {NamespaceOf(from)} neighbour delete {AddressOf(to)} dev eth0");
        cuts.Remove((from, to));
    }

    /// <summary>Mends what a test that failed has left cut.</summary>
    public void MendAll()
    {
        foreach (var (from, to) in cuts.ToList()) Mend(from, to);
    }

    /// <summary>Cuts, or mends, all ways between machines of different groups.</summary>
    public void Partition(bool isCut, params int[][] groups)
    {
        foreach (var group in groups)
            foreach (var other in groups.Where(other => other != group))
                foreach (var from in group)
                    foreach (var to in other)
                    {
                        if (isCut) Cut(from, to);
                        else Mend(from, to);
                    }
    }

    /// <summary>Cuts and mends the ways between groups in turn, two seconds each, and leaves them whole.</summary>
    public async Task FlapAsync(int[][] groups, TimeSpan duration)
    {
        var begun = TimeProvider.System.GetTimestamp();
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(2));
        for (var isCut = true; TimeProvider.System.GetElapsedTime(begun) < duration || !isCut; isCut = !isCut)
        {
            Partition(isCut, groups);
            await beat.WaitForNextTickAsync();
        }
    }

    public void Dispose() => Remove();

    /// <summary>Removes all there is of the network, be it whole, half built, or of a test before.</summary>
    private void Remove()
    {
        var there = Directory.Exists(Namespaces) ? Directory.GetFiles(Namespaces, $"mapreduce-test-{Run}-*") : [];
        foreach (var machine in there) Ip($"netns delete {Path.GetFileName(machine)}");
        // The link of this process goes with its other end, a moment later.
        if (!SpinWait.SpinUntil(() => !Directory.Exists($"/sys/class/net/{Link}"), Patience.Limit)) throw new InvalidOperationException($"The link {Link} stays.");
    }

    private void Plug(int machine)
    {
        Ip($"-n {Hub} link set port{machine} master bridge");
        Ip($"-n {Hub} link set port{machine} up");
    }

    internal static void Ip(string arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"ip {arguments}: {error}");
    }

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux()) return "Network namespaces are a part of Linux.";
        if (!Environment.IsPrivilegedProcess) return "Network namespaces need root.";
        return File.Exists("/usr/sbin/ip") || File.Exists("/sbin/ip") || File.Exists("/usr/bin/ip") ? null : "Network namespaces need the program ip: install iproute2.";
    }
}
