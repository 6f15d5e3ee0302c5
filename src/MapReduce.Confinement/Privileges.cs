namespace MapReduce.Confinement;

/// <summary>What root may beyond others (capabilities): a node that runs as root is not to give its executors more than the rights to files that it has itself, because some of it goes past all else that confines them.</summary>
internal static unsafe class Privileges
{
    private const uint Version3 = 0x2008_0522;

    // To give files away, to pass over their modes in three ways, and to keep marks of groups.
    private const uint OfFiles = 0b1_1111;

    /// <summary>Takes all others from the calling thread, and from the program that takes the place of this one.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void KeepThoseOfFiles()
    {
        // The version, and the process, which is this one. Of effective, permitted and inherited ones the lower halves and then the upper.
        var header = stackalloc uint[] { Version3, 0 };
        var sets = stackalloc uint[6];
        if (LinuxCalls.ReadPrivileges(header, sets) != 0) throw LinuxCalls.LastError("Privileges cannot be read");
        for (var i = 0; i < 6; i++) sets[i] &= i < 3 ? OfFiles : 0;
        // Else a program that root starts would have all again.
        if (LinuxCalls.Control(LinuxCalls.NoNewPrivileges, 1, 0, 0, 0) != 0 || LinuxCalls.WritePrivileges(header, sets) != 0) throw LinuxCalls.LastError("Privileges cannot be given up");
    }
}
