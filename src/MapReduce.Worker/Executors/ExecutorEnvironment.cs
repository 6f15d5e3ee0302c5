namespace MapReduce.Worker.Executors;

/// <summary>What executors see of the node's environment. It came from whoever has started the node, and what a program does not need may be a secret that is no job's affair.</summary>
internal static class ExecutorEnvironment
{
    private static readonly string[] Names = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH"];

    private static readonly string[] Beginnings = ["LC_", "DOTNET_", "COMPlus_"];

    // Without these Windows starts no program, or one that finds no folder of its own.
    private static readonly string[] NamesOnWindows =
    [
        "SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERNAME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "ProgramFiles(x86)",
        "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE",
    ];

    private static readonly StringComparison Case = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>Takes away what executors are not to see.</summary>
    /// <param name="environment">That of the node.</param>
    /// <param name="named">What the settings of the node let them see beside what every program needs.</param>
    public static void Restrict(IDictionary<string, string?> environment, IReadOnlyList<string> named)
    {
        string[] passing = [.. Names, .. OperatingSystem.IsWindows() ? NamesOnWindows : [], .. named];
        foreach (var name in environment.Keys.Where(name => !passing.Any(other => name.Equals(other, Case)) && !Beginnings.Any(beginning => name.StartsWith(beginning, Case))).ToList()) environment.Remove(name);
    }
}
