using System.Runtime.InteropServices;

namespace MapReduce.Confinement;

/// <summary>Confines this process by starting its program again in its place: Landlock binds the thread that asks, a runtime has others by then, and none of them outlives the new start.</summary>
public static unsafe class OneselfAgain
{
    /// <summary>Confines the process, and starts its program again with the word <see cref="ExecutorSteps.Seal"/> for <see cref="ExecutorSteps.Confine"/>. Does not come back.</summary>
    /// <param name="openings">What it reaches.</param>
    /// <param name="network">Whether it may use TCP.</param>
    /// <exception cref="IOException">It cannot be confined, or started again.</exception>
    public static void StartConfined(IReadOnlyList<Opening> openings, bool network)
    {
        var program = new FileInfo("/proc/self/exe").LinkTarget ?? throw new IOException("The program of this process cannot be found in /proc.");
        var words = File.ReadAllText("/proc/self/cmdline").Split('\0')[..^1];
        words[Array.LastIndexOf(words, ExecutorSteps.Confine)] = ExecutorSteps.Seal;
        Landlock.Confine(openings, network);
        // Nothing of this is ever freed: the memory goes with the program.
        var arguments = (byte**)NativeMemory.AllocZeroed((nuint)words.Length + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < words.Length; i++) arguments[i] = (byte*)Marshal.StringToCoTaskMemUTF8(words[i]);
        _ = LinuxCalls.Execute(program, arguments);
        throw LinuxCalls.LastError($"'{program}' cannot be started again");
    }
}
