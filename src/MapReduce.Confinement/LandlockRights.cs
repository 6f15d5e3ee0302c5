namespace MapReduce.Confinement;

/// <summary>Rights as Landlock numbers them. A version of it knows some; what it does not know it does not refuse.</summary>
internal static class LandlockRights
{
    private const ulong Execute = 1 << 0;
    private const ulong WriteFile = 1 << 1;
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = 1 << 3;
    private const ulong RemoveFolder = 1 << 4;
    private const ulong RemoveFile = 1 << 5;
    private const ulong MakeFolder = 1 << 7;
    private const ulong MakeFile = 1 << 8;
    private const ulong MakeSocket = 1 << 9;
    private const ulong MakePipe = 1 << 10;
    private const ulong MakeLink = 1 << 12;
    private const ulong MoveBetweenFolders = 1 << 13;
    private const ulong Truncate = 1 << 14;
    private const ulong ControlDevice = 1 << 15;

    private const ulong OfFiles = Execute | WriteFile | ReadFile | Truncate | ControlDevice;

    private static readonly (int From, int Bits)[] Versions = [(5, 16), (3, 15), (2, 14), (1, 13)];

    /// <summary>All rights to files that a version refuses unless they are given.</summary>
    public static ulong Known(int version) => (1UL << Versions.First(known => version >= known.From).Bits) - 1;

    /// <summary>Rights to a file or folder; devices of blocks and characters nobody makes.</summary>
    public static ulong Of(Rights rights, bool isFolder, int version)
    {
        var all = Given(rights, Rights.Read, Execute | ReadFile)
            | Given(rights, Rights.List, ReadFolder)
            | Given(rights, Rights.Write, WriteFile | Truncate | MakeFile | MakeFolder | RemoveFile | RemoveFolder | MoveBetweenFolders)
            | Given(rights, Rights.Special, MakeLink | MakePipe | MakeSocket);
        return all & Known(version) & (isFolder ? ulong.MaxValue : OfFiles);
    }

    private static ulong Given(Rights rights, Rights right, ulong numbers) => rights.HasFlag(right) ? numbers : 0;
}
