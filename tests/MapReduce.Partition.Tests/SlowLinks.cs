using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;
using MapReduce.Cluster.Tests;
using Microsoft.Win32.SafeHandles;

namespace MapReduce.Partition.Tests;

/// <summary>Delays and loses what machines of a <see cref="Network"/> send, frame by frame, as <c>tc netem</c> does where the kernel has it.</summary>
/// <remarks>
/// Each machine's port leaves the bridge and gets a bridge of its own, which two TAP devices join to the first; what comes out of one is put into the other by this process: at once
/// towards the machine, and late, or not at all, from it. The machine's own interface, its address and its connections stay as they are.
/// </remarks>
internal sealed partial class SlowLinks : IDisposable
{
    private const int LargestFrame = 1 << 16;
    private const int OpenForReadingAndWriting = 2;
    private const int CloneNetwork = 0x40000000;
    private const nuint SetInterface = 0x400454CA;
    private const short TapWithoutHeader = 0x0002 | 0x1000;
    private const int PollMilliseconds = 100;
    private const short Readable = 1;

    private readonly CancellationTokenSource ending = new();
    private readonly List<Thread> threads = [];
    private readonly List<SafeFileHandle> devices = [];
    private readonly Random random;
    private readonly TimeSpan delay;
    private readonly double loss;
    private readonly string hub;
    private readonly int machines;
    private long carried;
    private long lost;

    /// <param name="hub">The namespace with the bridge.</param>
    /// <param name="machines">How many machines, with the ports port1, port2, ...</param>
    /// <param name="delay">How late frames of a machine are.</param>
    /// <param name="loss">The share of them that is lost.</param>
    /// <param name="seed">Which ones.</param>
    public SlowLinks(string hub, int machines, TimeSpan delay, double loss, int seed)
    {
        (this.hub, this.machines, this.delay, this.loss) = (hub, machines, delay, loss);
        random = new Random(seed);
        for (var machine = 1; machine <= machines; machine++)
        {
            var (outer, inner) = (OpenIn(hub, $"outer{machine}"), OpenIn(hub, $"inner{machine}"));
            devices.AddRange([outer, inner]);
            Network.Ip($"-n {hub} link add link{machine} type bridge");
            Network.Ip($"-n {hub} link set link{machine} up");
            foreach (var device in (string[])[$"outer{machine}", $"inner{machine}"]) Network.Ip($"-n {hub} link set {device} up");
            Network.Ip($"-n {hub} link set outer{machine} master bridge");
            Network.Ip($"-n {hub} link set inner{machine} master link{machine}");
            Network.Ip($"-n {hub} link set port{machine} master link{machine}");
            Begin(() => Carry(outer, frame => Put(inner, frame)));
            var late = Channel.CreateUnbounded<(long Due, byte[] Frame)>();
            Begin(() => Carry(inner, frame => Hold(late.Writer, frame)));
            Begin(() => Deliver(late.Reader, outer));
        }
    }

    /// <summary>How many frames of machines have been carried and lost.</summary>
    public (long Carried, long Lost) Frames => (Interlocked.Read(ref carried), Interlocked.Read(ref lost));

    /// <summary>Why there can be no such links here; null where there can.</summary>
    public static string? Missing => File.Exists("/dev/net/tun") ? null : "Slow links need TAP devices: load the module tun.";

    /// <summary>Puts the ports back.</summary>
    public void Dispose()
    {
        for (var machine = 1; machine <= machines; machine++) Network.Ip($"-n {hub} link set port{machine} master bridge");
        ending.Cancel();
        foreach (var thread in threads) thread.Join();
        foreach (var device in devices) device.Dispose();
        for (var machine = 1; machine <= machines; machine++) Network.Ip($"-n {hub} link delete link{machine}");
        ending.Dispose();
    }

    private void Begin(Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true };
        thread.Start();
        threads.Add(thread);
    }

    private void Hold(ChannelWriter<(long Due, byte[] Frame)> late, byte[] frame)
    {
        bool isLost;
        lock (random) isLost = random.NextDouble() < loss;
        if (isLost) Interlocked.Increment(ref lost);
        else late.TryWrite((Environment.TickCount64 + (long)delay.TotalMilliseconds, frame));
        Interlocked.Increment(ref carried);
    }

    /// <summary>Puts each frame out when it is due; all are late by the same time, so they stay in order.</summary>
    private void Deliver(ChannelReader<(long Due, byte[] Frame)> late, SafeFileHandle target)
    {
        try
        {
            while (true)
            {
                var (due, frame) = late.ReadAsync(ending.Token).AsTask().GetAwaiter().GetResult();
                var wait = due - Environment.TickCount64;
                if (wait > 0 && ending.Token.WaitHandle.WaitOne((int)wait)) return;
                Put(target, frame);
            }
        }
        catch (OperationCanceledException)
        {
            // The links end.
        }
    }

    private void Carry(SafeFileHandle source, Action<byte[]> put)
    {
        var buffer = new byte[LargestFrame];
        var watch = new PollEntry { File = (int)source.DangerousGetHandle(), Events = Readable };
        while (!ending.IsCancellationRequested)
        {
            if (Poll(ref watch, 1, PollMilliseconds) <= 0 || (watch.Happened & Readable) == 0) continue;
            var length = Read(source, buffer, LargestFrame);
            if (length > 0) put(buffer[..(int)length]);
        }
    }

    private static void Put(SafeFileHandle target, byte[] frame) => _ = Write(target, frame, frame.Length);

    /// <summary>Makes a TAP device in a namespace, on a thread that goes there and comes back.</summary>
    private static SafeFileHandle OpenIn(string network, string name)
    {
        SafeFileHandle? device = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var space = File.OpenHandle($"/run/netns/{network}");
                Check(Enter(space, CloneNetwork), "setns");
                device = Open("/dev/net/tun", OpenForReadingAndWriting);
                if (device.IsInvalid) throw Failed("open /dev/net/tun");
                // struct ifreq: a name of 16 bytes, and the flags.
                var request = new byte[40];
                Encoding.ASCII.GetBytes(name, request);
                BitConverter.TryWriteBytes(request.AsSpan(16), TapWithoutHeader);
                Check(Control(device, SetInterface, request), "ioctl TUNSETIFF");
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? device! : throw failure;
    }

    private static void Check(int result, string call)
    {
        if (result < 0) throw Failed(call);
    }

    private static IOException Failed(string call) => new($"{call}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int File;
        public short Events;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(SafeFileHandle space, int kind);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle file, nuint request, byte[] argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollEntry entry, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, byte[] buffer, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, byte[] buffer, nint length);
}
