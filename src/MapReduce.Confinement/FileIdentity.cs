using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace MapReduce.Confinement;

/// <summary>Which file or folder a path leads to: rights are those of the one that was there when they were given, and end with it.</summary>
/// <param name="Device">The file system.</param>
/// <param name="Number">Its number there, which another may get when it is gone.</param>
/// <param name="Made">When it was made, as far as the file system knows.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Number, long Made)
{
    private const int Size = 256;

    // In the structure of statx.
    private const int NumberAt = 32;
    private const int MadeSecondsAt = 80;
    private const int MadeNanosecondsAt = 88;
    private const int DeviceAt = 136;
    private const int NumberAndMade = 0x100 | 0x800;

    /// <summary>What a path leads to; null for nothing.</summary>
    public static unsafe FileIdentity? Of(string path)
    {
        if (SystemCalls.Of(RuntimeInformation.ProcessArchitecture) is not { } calls) return null;
        var found = stackalloc byte[Size];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + '\0'))
            if (LinuxCalls.Call(calls.Statx, LinuxCalls.CurrentFolder, (nint)name, 0, NumberAndMade, (nint)found) != 0) return null;
        var fields = new ReadOnlySpan<byte>(found, Size);
        var made = (BinaryPrimitives.ReadInt64LittleEndian(fields[MadeSecondsAt..]) * 1_000_000_000) + BinaryPrimitives.ReadInt32LittleEndian(fields[MadeNanosecondsAt..]);
        return new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(fields[DeviceAt..]), BinaryPrimitives.ReadUInt64LittleEndian(fields[NumberAt..]), made);
    }
}
