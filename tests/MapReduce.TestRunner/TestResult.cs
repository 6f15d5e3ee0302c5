using System.Globalization;
using System.Xml.Linq;

namespace MapReduce.TestRunner;

/// <summary>What became of one test.</summary>
/// <param name="Method">The method with its namespace and class.</param>
/// <param name="Name">What the test is called: the method, and for each row of a theory its values.</param>
/// <param name="Outcome">As the test platform says it: <c>Passed</c>, <c>Failed</c>, <c>NotExecuted</c>.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Message">Why it failed, with the place; empty where it passed.</param>
internal sealed record TestResult(string Method, string Name, string Outcome, TimeSpan Duration, string Message)
{
    private static readonly XNamespace Format = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public bool Passed => Outcome == "Passed";

    public bool Failed => Outcome == "Failed";

    public bool Skipped => Outcome == "NotExecuted";

    /// <summary>Reads a TRX file. A run that broke off leaves none.</summary>
    public static List<TestResult> Read(string file)
    {
        if (!File.Exists(file)) return [];
        var root = XDocument.Load(file).Root!;
        var methods = root.Descendants(Format + "UnitTest").ToDictionary(
            test => (string)test.Attribute("id")!,
            test => test.Element(Format + "TestMethod")! is var method ? $"{(string)method.Attribute("className")!}.{(string)method.Attribute("name")!}" : "");
        return [.. root.Descendants(Format + "UnitTestResult").Select(result => new TestResult(
            methods[(string)result.Attribute("testId")!],
            (string)result.Attribute("testName")!,
            (string)result.Attribute("outcome")!,
            TimeSpan.TryParse((string?)result.Attribute("duration"), CultureInfo.InvariantCulture, out var duration) ? duration : TimeSpan.Zero,
            string.Join('\n', result.Descendants(Format + "ErrorInfo").Elements().Select(element => element.Value.TrimEnd()))))];
    }
}
