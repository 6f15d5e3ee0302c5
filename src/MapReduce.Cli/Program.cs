namespace MapReduce.Cli;

/// <summary>The program <c>mr</c>.</summary>
internal static class Program
{
    private static int Main(string[] arguments) => (int)CommandLineFrontEnd.Run(arguments);
}
