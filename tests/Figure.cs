using System.Globalization;
using Xunit;

namespace MapReduce.Tests;

/// <summary>What a check has measured, as the line that <c>tests/checks/run</c> ends with. A source file of each test project.</summary>
internal static class Figure
{
    private const string File = "MAPREDUCE_CHECK_FIGURES";

    /// <summary>Tells a figure that has a greatest value, and fails where it is greater.</summary>
    public static void AtMost(string name, double figure, double goal, string unit)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{name}: {figure:0.###} {unit} ({goal} {unit}) {(figure <= goal ? "pass" : "missed")}");
        if (Environment.GetEnvironmentVariable(File) is { Length: > 0 } file) System.IO.File.AppendAllText(file, line + "\n");
        Assert.True(figure <= goal, line);
    }
}
