using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using MapReduce.Engine;
using MapReduce.Protocol.Work;

namespace MapReduce.Worker;

/// <summary>Makes the keys of jobs, from a secret that every node has and what the order of a job says: so each node has them, after any restart and under any master, and no file and no message between nodes holds one.</summary>
/// <param name="secret">The secret.</param>
/// <param name="encrypts">Whether jobs that are submitted from now on get keys. Those of others are made in any case.</param>
public sealed class JobKeys(string secret, bool encrypts)
{
    private const int SaltLength = 32;
    private const int ProofLength = 16;

    /// <summary>What the order of a new job says; null where its data is not encrypted.</summary>
    public DataProtection? New(string job)
    {
        if (!encrypts) return null;
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return new DataProtection { Salt = ByteString.CopyFrom(salt), Proof = ByteString.CopyFrom(Derive(job, salt).AsSpan(DataKey.Length)) };
    }

    /// <summary>The key of a job; null where its data is not encrypted.</summary>
    /// <param name="job">The job.</param>
    /// <param name="protection">What its order says; null for nothing.</param>
    /// <exception cref="EngineException">This node has another secret than the one that has accepted the job.</exception>
    public DataKey? Of(string job, DataProtection? protection)
    {
        if (protection is null) return null;
        var derived = Derive(job, protection.Salt.Span);
        if (!CryptographicOperations.FixedTimeEquals(derived.AsSpan(DataKey.Length), protection.Proof.Span))
            throw new EngineException(EngineError.Storage, "The secret of this node for data on disks (mapreduce.storage.key-file, else http.token-file) is not the one that the job was accepted with. Give all nodes the same, and start this one again.");
        return new DataKey(derived.AsSpan(0, DataKey.Length));
    }

    private byte[] Derive(string job, ReadOnlySpan<byte> salt)
    {
        var derived = new byte[DataKey.Length + ProofLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), derived, salt, Encoding.UTF8.GetBytes($"MapReduce job data\0{job}"));
        return derived;
    }
}
