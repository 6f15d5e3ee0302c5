using System.Text;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>Real inputs with independently computed results, in the folder that the variable MAPREDUCE_TEST_DATA names.</summary>
internal static class TestData
{
    private const string Variable = "MAPREDUCE_TEST_DATA";

    private static readonly string? Folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder ? System.IO.Path.GetFullPath(folder) : null;

    public static string? Missing { get; } = Folder is null
        ? $"Set {Variable} to a folder with real inputs and expected results."
        : Directory.Exists(Folder) ? null : $"{Variable} names '{Folder}', which is not there.";

    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder!, .. parts]);

    /// <summary>The rows of an expected result in the order of their characters.</summary>
    public static string Expected(string name)
        => string.Concat(File.ReadAllText(Path("expected", name), Encoding.UTF8).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(row => row + "\n"));
}

/// <summary>A test that needs the real inputs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataFactAttribute : FactAttribute
{
    public DataFactAttribute() => Skip = TestData.Missing;
}

/// <summary>A test with data that needs the real inputs.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DataTheoryAttribute : TheoryAttribute
{
    public DataTheoryAttribute() => Skip = TestData.Missing;
}
