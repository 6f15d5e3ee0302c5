namespace MapReduce.Sdk;

/// <summary>Floating-point numbers as integers whose unsigned order is theirs.</summary>
internal static class FloatBits
{
    /// <summary>As keys, in the order of <see cref="double.CompareTo(double)"/>: NaN first. All NaN are one key, and both zeros.</summary>
    public static long KeyOf(double value)
    {
        if (double.IsNaN(value)) return 0;
        if (value == 0) value = 0;
        return Of(value);
    }

    /// <summary>The number of a key.</summary>
    public static double OfKey(long bits) => bits == 0 ? double.NaN : ToDouble(bits);

    /// <summary>As values, each with bits of its own: negative zero before zero.</summary>
    public static long Of(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? ~bits : bits ^ long.MinValue;
    }

    /// <summary>The number of a value.</summary>
    public static double ToDouble(long bits) => BitConverter.Int64BitsToDouble(bits < 0 ? bits ^ long.MinValue : ~bits);

    /// <summary>As values, each with bits of its own.</summary>
    public static long Of(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value);
        return (uint)(bits < 0 ? ~bits : bits ^ int.MinValue);
    }

    /// <summary>The number of a value.</summary>
    public static float ToSingle(long bits) => BitConverter.Int32BitsToSingle((int)bits < 0 ? (int)bits ^ int.MinValue : ~(int)bits);
}
