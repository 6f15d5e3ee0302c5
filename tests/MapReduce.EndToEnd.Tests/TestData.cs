using Xunit;

namespace MapReduce.EndToEnd.Tests;

/// <summary>Real inputs with independently computed results, in the folder that the variable MAPREDUCE_TEST_DATA names.</summary>
internal static class TestData
{
    public const string Variable = "MAPREDUCE_TEST_DATA";

    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? System.IO.Path.GetFullPath(folder) : null;

    public static string? Missing { get; } = Folder is null
        ? $"Set {Variable} to a folder with real inputs and expected results."
        : Directory.Exists(Folder) ? null : $"{Variable} names '{Folder}', which is not there.";

    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder!, .. parts]);

    public static byte[] Expected(string name) => File.ReadAllBytes(Path("expected", name));

    /// <summary>The rows of an expected table, each split at TAB.</summary>
    public static IEnumerable<string[]> Table(string name, bool header = false)
        => File.ReadAllText(Path("expected", name)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(header ? 1 : 0).Select(row => row.Split('\t'));
}

/// <summary>A test that needs the real inputs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute() => Skip = TestData.Missing;
}

/// <summary>A test with arguments that needs the real inputs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataTheoryAttribute : TheoryAttribute
{
    public DataTheoryAttribute() => Skip = TestData.Missing;
}
