namespace MapReduce.Cli.Generate;

/// <summary>Makes one line, or record, after the other.</summary>
internal interface ILineGenerator
{
    /// <summary>The most bytes that a line takes, with its end.</summary>
    int LongestLine { get; }

    /// <summary>Writes the next line into <paramref name="target"/>, which has room for the longest.</summary>
    /// <returns>Its length.</returns>
    int Write(Span<byte> target);
}
