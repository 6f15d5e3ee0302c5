using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MapReduce.Node.Security;

/// <summary>Which addresses the names of hosts stand for. An answer is good for half a minute, and for five seconds where it has not the address that is looked for: a host may have moved.</summary>
/// <param name="resolve">Asks for the addresses of a name.</param>
/// <param name="time">The clock.</param>
public sealed class HostAddresses(Func<string, CancellationToken, Task<IPAddress[]>> resolve, TimeProvider time)
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DoubtTerm = TimeSpan.FromSeconds(5);

    // A thread of remoting waits for this, and with it others whom it serves.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Answer> answers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Asks as this machine does.</summary>
    public HostAddresses() : this(Dns.GetHostAddressesAsync, TimeProvider.System)
    {
    }

    /// <summary>An address as a network of its family writes it: of version 4 where it is one that only looks like version 6.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Whether one of the names stands for an address.</summary>
    /// <param name="names">The names.</param>
    /// <param name="address">The address, which is <see cref="Plain"/>.</param>
    public bool Has(IReadOnlyList<string> names, IPAddress address)
    {
        if (names.Any(name => Knows(name, address))) return true;
        var asked = names.Where(name => !answers.TryGetValue(name, out var answer) || time.GetElapsedTime(answer.At) >= DoubtTerm).ToList();
        if (asked.Count == 0) return false;
        // On threads of the pool: what waits here may be the one thread on which it would go on otherwise.
        Task.Run(() => AskAsync(asked)).GetAwaiter().GetResult();
        return asked.Any(name => Knows(name, address));
    }

    private bool Knows(string name, IPAddress address)
        => answers.TryGetValue(name, out var answer) && time.GetElapsedTime(answer.At) < Term && answer.Addresses.Contains(address);

    private async Task AskAsync(IReadOnlyList<string> names)
    {
        using var patience = new CancellationTokenSource(Patience);
        await Task.WhenAll(names.Select(name => AskAsync(name, patience.Token)));
    }

    private async Task AskAsync(string name, CancellationToken cancellation)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await resolve(name, cancellation);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ArgumentException)
        {
            // As far as anybody says, it stands for nothing.
            addresses = [];
        }
        answers[name] = new Answer(time.GetTimestamp(), [.. addresses.Select(Plain)]);
    }

    private sealed record Answer(long At, IReadOnlyList<IPAddress> Addresses);
}
