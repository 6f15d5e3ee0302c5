using System.Diagnostics;

namespace MapReduce.Cluster.Tests;

/// <summary>Machines of a network that there is not: network namespaces on one bridge, and this process beside them. Needs root and iproute2.</summary>
internal sealed class Network : IDisposable
{
    // An address on the link that nobody has: what is sent there is lost without a word.
    private const string Nowhere = "02:00:00:00:00:99";

    private readonly string name = $"mr{Environment.ProcessId % 100_000}";
    private readonly int subnet = 1 + (Environment.ProcessId % 250);
    private readonly int machines;

    public Network(int machines)
    {
        this.machines = machines;
        Ip($"netns add {Hub}");
        Ip($"-n {Hub} link add bridge type bridge");
        Ip($"-n {Hub} link set bridge up");
        // This process is the machine with the number 0.
        Ip($"link add {name} type veth peer name port0 netns {Hub}");
        Ip($"address add {AddressOf(0)}/24 dev {name}");
        Ip($"link set {name} up");
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

    private string Hub => $"{name}hub";

    public string AddressOf(int machine) => $"10.77.{subnet}.{(machine == 0 ? 254 : machine)}";

    public string NamespaceOf(int machine) => $"{name}n{machine}";

    /// <summary>Loses all that one machine sends to another, one way.</summary>
    public void Cut(int from, int to) => Ip($"-n {NamespaceOf(from)} neighbour replace {AddressOf(to)} lladdr {Nowhere} dev eth0 nud permanent");

    /// <summary>Ends <see cref="Cut"/>.</summary>
    public void Mend(int from, int to) => Ip($"-n {NamespaceOf(from)} neighbour delete {AddressOf(to)} dev eth0");

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

    public void Dispose()
    {
        for (var machine = 1; machine <= machines; machine++) Ip($"netns delete {NamespaceOf(machine)}");
        Ip($"link delete {name}");
        Ip($"netns delete {Hub}");
    }

    private void Plug(int machine)
    {
        Ip($"-n {Hub} link set port{machine} master bridge");
        Ip($"-n {Hub} link set port{machine} up");
    }

    private static void Ip(string arguments)
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
