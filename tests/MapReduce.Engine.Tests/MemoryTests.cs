using CsCheck;
using MapReduce.Engine.Memory;
using Xunit;

namespace MapReduce.Engine.Tests;

public sealed unsafe class MemoryTests
{
    [Fact]
    public void Integers_come_back_from_their_bytes()
        => Gen.OneOf(Gen.ULong, Gen.ULong[0, 300], Gen.Const(ulong.MaxValue)).Sample(value =>
        {
            var bytes = stackalloc byte[VarInt.MaxLength];
            var end = VarInt.Write(bytes, value);
            Assert.True(end - bytes <= VarInt.MaxLength);
            Assert.True(VarInt.Read(bytes, out var read) == end);
            Assert.Equal(value, read);
            Assert.Equal(unchecked((long)value), VarInt.UnZigZag(VarInt.ZigZag(unchecked((long)value))));
        }, iter: 10_000);

    [Fact]
    public void An_arena_keeps_what_it_stores_and_can_begin_again()
        => Gen.Byte.Array[0, 5000].Array[1, 50].Sample(pieces =>
        {
            using var arena = new Arena(4096);
            for (var round = 0; round < 2; round++)
            {
                var stored = pieces.Select(piece => ((nint)arena.Store(piece), piece)).ToList();
                foreach (var (address, piece) in stored) Assert.True(new ReadOnlySpan<byte>((void*)address, piece.Length).SequenceEqual(piece));
                Assert.True(arena.Used >= pieces.Sum(piece => piece.Length));
                arena.Reset();
                Assert.Equal(0, arena.Used);
            }
        }, iter: 300);

    [Fact]
    public void A_budget_is_never_exceeded()
    {
        var budget = new RetainedMemory(100);
        Assert.True(budget.TryReserve(60));
        Assert.False(budget.TryReserve(41));
        Assert.True(budget.TryReserve(40));
        budget.Release(60);
        Assert.True(budget.TryReserve(60));
    }
}
