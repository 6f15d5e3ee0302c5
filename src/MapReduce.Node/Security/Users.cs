using MapReduce.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace MapReduce.Node.Security;

/// <summary>The users of a node's cluster, read anew whenever their file has changed. While that cannot be read nobody is a user.</summary>
/// <param name="file">The file; empty for none.</param>
/// <param name="log">Is told of a file that cannot be read.</param>
public sealed class Users(string file, ILogger<Users> log)
{
    private readonly Lock gate = new();
    private Reading last = new(default, []);

    /// <summary>Why users cannot be told at present; null where they can.</summary>
    public string? Fault => Now().Fault;

    /// <summary>Whose a token is, or was before it expired; null where it is nobody's.</summary>
    public User? WithToken(string token)
    {
        var digest = User.DigestOf(token);
        return Now().Users.FirstOrDefault(user => user.Digest == digest);
    }

    /// <summary>A user with a token that has such a digest; null where there is none any more.</summary>
    public User? WithDigest(string digest) => Now().Users.FirstOrDefault(user => user.Digest == digest);

    private Reading Now()
    {
        if (file.Length == 0) return last;
        var change = ChangeOf(file);
        lock (gate)
        {
            // What could not be read may be read the next time, though the file is the same: too many may have been open.
            if (last.Change != change || last.Fault is not null) last = Read(change);
            return last;
        }
    }

    private Reading Read(Change change)
    {
        try
        {
            return new Reading(change, UserFile.Read(file).Users);
        }
        catch (ConfigurationException exception)
        {
            if (exception.Message != last.Fault) log.LogError("{Fault} Until then nobody but the owner of the cluster gets in.", exception.Message);
            return new Reading(change, [], exception.Message);
        }
    }

    private static Change ChangeOf(string file) => new FileInfo(file) is { Exists: true } info ? new(info.LastWriteTimeUtc, info.Length, info.UnixFileMode) : default;

    private readonly record struct Change(DateTime At, long Length, UnixFileMode Mode);

    private sealed record Reading(Change Change, IReadOnlyList<User> Users, string? Fault = null);
}
