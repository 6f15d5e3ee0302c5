using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MapReduce.Cli.Tests;

/// <summary>A debugger that attaches to a process as those of editors do, by the runtime's own debugging interface, lets it go on whatever it is told, and notes which assemblies it loads.</summary>
/// <remarks>
/// <c>ICorDebug</c> calls back with one method an event. All but one of ours do the same: they let the process go on. By the calling conventions of Unix a method may be called with more
/// arguments than it takes, so the table of methods names the same one again and again. One process of this kind at a time.
/// </remarks>
internal static unsafe class Debugger
{
    private const int LatestVersion = 5;
    private const int ProcessAttach = 1;

    private static readonly Guid Callback = new("3d6f5f60-7538-11d3-8d5b-00104b35e7ef");
    private static readonly Guid Callback2 = new("250e5eea-db5c-4c76-b6f3-8c46f12e3203");
    private static readonly Guid Unknown = new("00000000-0000-0000-c000-000000000046");
    private static readonly ConcurrentQueue<string> loaded = [];
    private static readonly nint* callbacks = MakeCallbacks(isSecond: false);
    private static readonly nint* callbacks2 = MakeCallbacks(isSecond: true);
    private static readonly ManualResetEventSlim attached = new();
    private static nint debuggee;

    /// <summary>The assemblies that the process has loaded since a debugger is attached, as paths.</summary>
    public static IReadOnlyCollection<string> Loaded => loaded;

    /// <summary>What is missing for a debugger here; null where nothing is.</summary>
    public static string? Missing => OperatingSystem.IsLinux() && File.Exists(Library("mscordbi")) ? null : "The runtime here has no debugging interface for Linux.";

    /// <summary>Attaches to a process.</summary>
    public static void Attach(Process process)
    {
        attached.Reset();
        loaded.Clear();
        var library = NativeLibrary.Load(Library("mscordbi"));
        var initialize = (delegate* unmanaged<nint, int, nint, int>)NativeLibrary.GetExport(library, "DllMain");
        if (initialize(library, ProcessAttach, 0) == 0) throw new InvalidOperationException("The debugging interface cannot be initialised.");
        var create = (delegate* unmanaged<int, int, char*, char*, nint, nint*, int>)NativeLibrary.GetExport(library, "CoreCLRCreateCordbObject3");
        nint debugger;
        fixed (char* access = Library("mscordaccore")) Check(create(LatestVersion, process.Id, null, access, RuntimeOf(process), &debugger));
        Check(((delegate* unmanaged<nint, int>)Method(debugger, 3))(debugger));
        nint* table = callbacks;
        Check(((delegate* unmanaged<nint, nint, int>)Method(debugger, 5))(debugger, (nint)NewObject(table)));
        nint found;
        Check(((delegate* unmanaged<nint, int, int, nint*, int>)Method(debugger, 8))(debugger, process.Id, 0, &found));
        debuggee = found;
        attached.Set();
    }

    private static string Library(string name) => Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), $"lib{name}.so");

    /// <summary>Where the runtime is in the memory of a process.</summary>
    private static nint RuntimeOf(Process process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/maps").First(line => line.EndsWith("/libcoreclr.so", StringComparison.Ordinal));
        return nint.Parse(line[..line.IndexOf('-', StringComparison.Ordinal)], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static nint Method(nint instance, int index) => (*(nint**)instance)[index];

    private static void Check(int result) => Marshal.ThrowExceptionForHR(result);

    private static nint* NewObject(nint* table)
    {
        var instance = (nint*)NativeMemory.Alloc((nuint)sizeof(nint));
        *instance = (nint)table;
        return instance;
    }

    private static nint* MakeCallbacks(bool isSecond)
    {
        const int Methods = 40;
        const int LoadModule = 3 + 10;
        var table = (nint*)NativeMemory.Alloc(Methods, (nuint)sizeof(nint));
        table[0] = (nint)(delegate* unmanaged<nint*, Guid*, nint*, int>)&QueryInterface;
        table[1] = table[2] = (nint)(delegate* unmanaged<nint*, uint>)&Count;
        for (var i = 3; i < Methods; i++) table[i] = (nint)(delegate* unmanaged<nint*, int>)&GoOn;
        if (!isSecond) table[LoadModule] = (nint)(delegate* unmanaged<nint*, nint, nint, int>)&OnModule;
        return table;
    }

    [UnmanagedCallersOnly]
    private static int QueryInterface(nint* self, Guid* wanted, nint* answer)
    {
        const int NoInterface = unchecked((int)0x80004002);
        *answer = *wanted == Callback || *wanted == Unknown ? (nint)NewObject(callbacks) : *wanted == Callback2 ? (nint)NewObject(callbacks2) : 0;
        return *answer == 0 ? NoInterface : 0;
    }

    /// <summary>The few objects live as long as the tests.</summary>
    [UnmanagedCallersOnly]
    private static uint Count(nint* self) => 1;

    [UnmanagedCallersOnly]
    private static int GoOn(nint* self) => Continue();

    [UnmanagedCallersOnly]
    private static int OnModule(nint* self, nint domain, nint module)
    {
        var name = stackalloc char[1024];
        uint length;
        if (((delegate* unmanaged<nint, uint, uint*, char*, int>)Method(module, 6))(module, 1024, &length, name) == 0) loaded.Enqueue(new string(name));
        return Continue();
    }

    private static int Continue()
    {
        attached.Wait();
        return ((delegate* unmanaged<nint, int, int>)Method(debuggee, 4))(debuggee, 0);
    }
}
