namespace MapReduce.Protocol;

/// <summary>Names a job. A random value, so that two jobs submitted at the same moment never share output.</summary>
public readonly record struct JobId(Guid Value)
{
    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("n");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text names no job.</exception>
    public static JobId Parse(string text) => Guid.TryParseExact(text, "n", out var value)
        ? new JobId(value)
        : throw new FormatException($"'{text}' is no job id. A job id has 32 hexadecimal digits.");
}
