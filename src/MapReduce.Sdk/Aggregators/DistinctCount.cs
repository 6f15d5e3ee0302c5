using System.Numerics;

namespace MapReduce.Sdk;

/// <summary>How many different values a key has, about.</summary>
public static class DistinctCount
{
    /// <summary>The number of different values, by HyperLogLog with 4096 registers: the standard error is 1.6 %. Few values are counted exactly.</summary>
    /// <remarks>P. Flajolet, É. Fusy, O. Gandouet, F. Meunier, "HyperLogLog", 2007. Values that are not equal are told apart by a 64-bit hash of their codec's bytes.</remarks>
    public static Aggregator<T, long> Of<T>() => new HyperLogLog<T>(new CodecRegistry());

    /// <summary>Hashes while they are few, registers after.</summary>
    internal sealed class Sketch
    {
        public HashSet<ulong>? Hashes = [];
        public byte[]? Registers;
    }

    private sealed class HyperLogLog<T>(CodecRegistry registry) : Aggregator<T, Sketch, long>
    {
        private const int IndexBits = 12;
        private const int RegisterCount = 1 << IndexBits;
        private const int MostHashes = 256;

        private Codec<T>? codec;

        // Found at the first use, unless a job has given its own before: what it registers is not known when this is made.
        private Codec<T> Codec => codec ??= Find(registry);

        public override Sketch Create() => new();

        public override void Add(ref Sketch accumulator, T value)
        {
            using var rented = ScratchWriter.Rent(out var writer);
            Codec.Write(value, writer);
            Add(accumulator, StableHash.Of(writer.Written));
        }

        public override void Merge(ref Sketch accumulator, Sketch other)
        {
            if (other.Hashes is not null)
            {
                foreach (var hash in other.Hashes) Add(accumulator, hash);
                return;
            }
            var registers = Registers(accumulator);
            for (var i = 0; i < RegisterCount; i++) registers[i] = Math.Max(registers[i], other.Registers![i]);
        }

        public override void Write(Sketch accumulator, ByteWriter writer)
        {
            if (accumulator.Hashes is null)
            {
                writer.Write(accumulator.Registers);
                return;
            }
            foreach (var hash in accumulator.Hashes.Order()) Int64Codec.Instance.Write((long)hash, writer);
        }

        public override Sketch Read(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length == RegisterCount) return new Sketch { Hashes = null, Registers = bytes.ToArray() };
            var sketch = new Sketch();
            for (; !bytes.IsEmpty; bytes = bytes[8..]) sketch.Hashes!.Add((ulong)Int64Codec.Instance.Read(bytes[..8]));
            return sketch;
        }

        public override long Result(Sketch accumulator)
        {
            if (accumulator.Hashes is not null) return accumulator.Hashes.Count;
            var sum = 0.0;
            var empty = 0;
            foreach (var register in accumulator.Registers!)
            {
                sum += 1.0 / (1UL << register);
                if (register == 0) empty++;
            }
            const double bias = 0.7213 / (1 + (1.079 / RegisterCount));
            var estimate = bias * RegisterCount * RegisterCount / sum;
            // Below this the share of empty registers tells more.
            if (estimate <= 2.5 * RegisterCount && empty > 0) estimate = RegisterCount * Math.Log((double)RegisterCount / empty);
            return (long)Math.Round(estimate);
        }

        // A set has room for more than it holds, at sixteen bytes a place with four in its index.
        public override int SizeOf(Sketch accumulator) => accumulator.Hashes is { } hashes ? 176 + (20 * hashes.Capacity) : 56 + RegisterCount;

        internal override Aggregator<T, Sketch, long> Bound(CodecRegistry codecs) => new HyperLogLog<T>(codecs) { codec = Find(codecs) };

        private static Codec<T> Find(CodecRegistry codecs) => codecs.OfEqualValues().Value<T>();

        private static void Add(Sketch sketch, ulong hash)
        {
            if (sketch.Hashes is not null)
            {
                sketch.Hashes.Add(hash);
                if (sketch.Hashes.Count > MostHashes) Registers(sketch);
                return;
            }
            Set(sketch.Registers!, hash);
        }

        private static byte[] Registers(Sketch sketch)
        {
            if (sketch.Registers is not null) return sketch.Registers;
            sketch.Registers = new byte[RegisterCount];
            foreach (var hash in sketch.Hashes!) Set(sketch.Registers, hash);
            sketch.Hashes = null;
            return sketch.Registers;
        }

        private static void Set(byte[] registers, ulong hash)
        {
            var index = (int)(hash >> (64 - IndexBits));
            var rank = (byte)(BitOperations.LeadingZeroCount((hash << IndexBits) | (1UL << (IndexBits - 1))) + 1);
            registers[index] = Math.Max(registers[index], rank);
        }
    }
}

/// <summary>A 64-bit hash that is the same on every machine: FNV-1a, finished with MurmurHash3's mixer.</summary>
internal static class StableHash
{
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var b in bytes) hash = (hash ^ b) * 0x100000001B3UL;
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCDUL;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53UL;
        return hash ^ (hash >> 33);
    }
}
