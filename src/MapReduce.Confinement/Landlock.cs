using System.Runtime.InteropServices;
using System.Text;

namespace MapReduce.Confinement;

/// <summary>Takes from a thread all rights to files that it is not given, those to signal and trace what is not confined with it, and the privileges of root.</summary>
/// <remarks>It holds for the thread that asks, for what that starts, and for the program that takes the place of this one; not for threads that there are already.</remarks>
internal static unsafe class Landlock
{
    private const int WithTcp = 4;
    private const int WithScopes = 6;
    private const ulong BindAndConnect = 0b11;
    private const ulong AbstractSocketsAndSignals = 0b11;
    private const int BelowPath = 1;
    private const ulong NoLinks = 0x04;

    /// <summary>Confines the calling thread for good.</summary>
    /// <param name="openings">What it reaches, by paths without links. What is not there is passed over.</param>
    /// <param name="network">Whether it may use TCP.</param>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public static void Confine(IReadOnlyList<Opening> openings, bool network)
    {
        var version = Kernel.Here.Landlock;
        // The kernel of a version knows so many fields, and takes no more.
        var ruleset = new Ruleset { Files = LandlockRights.Known(version), Tcp = network ? 0 : BindAndConnect, Scopes = AbstractSocketsAndSignals };
        var size = sizeof(ulong) * (version >= WithScopes ? 3 : version >= WithTcp ? 2 : 1);
        var rules = (int)Checked(LinuxCalls.Call(LinuxCalls.LandlockCreateRuleset, (nint)(&ruleset), size, 0, 0, 0), "Landlock makes no rules");
        try
        {
            foreach (var opening in openings) Add(rules, opening, version);
            Privileges.KeepThoseOfFiles();
            Checked(LinuxCalls.Call(LinuxCalls.LandlockRestrictSelf, rules, 0, 0, 0, 0), "Landlock does not confine this thread");
        }
        finally
        {
            _ = LinuxCalls.Close(rules);
        }
    }

    private static void Add(int rules, Opening opening, int version)
    {
        var file = Open(opening.Path);
        if (file < 0) return;
        try
        {
            var rule = new PathRule { Rights = LandlockRights.Of(opening.Rights, Directory.Exists(opening.Path), version), Folder = file };
            if (rule.Rights != 0) Checked(LinuxCalls.Call(LinuxCalls.LandlockAddRule, rules, BelowPath, (nint)(&rule), 0, 0), $"Landlock takes no rule for '{opening.Path}'");
        }
        finally
        {
            _ = LinuxCalls.Close(file);
        }
    }

    /// <summary>Not through links: a path had none when it was chosen, and one that has come since may lead to what stays shut.</summary>
    private static int Open(string path)
    {
        var how = stackalloc ulong[] { LinuxCalls.OpenPathOnly | LinuxCalls.CloseOnExecute, 0, NoLinks };
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0')) return (int)LinuxCalls.Call(LinuxCalls.OpenAt2, LinuxCalls.CurrentFolder, (nint)name, (nint)how, 3 * sizeof(ulong), 0);
    }

    private static long Checked(long result, string what) => result >= 0 ? result : throw LinuxCalls.LastError(what);

    [StructLayout(LayoutKind.Sequential)]
    private struct Ruleset
    {
        public ulong Files;
        public ulong Tcp;
        public ulong Scopes;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathRule
    {
        public ulong Rights;
        public int Folder;
    }
}
