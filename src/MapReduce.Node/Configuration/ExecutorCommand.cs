namespace MapReduce.Node.Configuration;

/// <summary>How executors are started where the configuration does not say.</summary>
internal static class ExecutorCommand
{
    private const string Verb = "executor";
    private const string Program = "mr";

    /// <summary>This program, if it is <c>mr</c>; else the <c>mr</c> beside it.</summary>
    public static IReadOnlyList<string> OfThisProgram
    {
        get
        {
            if (Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == Program) return [path, Verb];
            var assembly = Path.Combine(AppContext.BaseDirectory, $"{Program}.dll");
            return File.Exists(assembly) ? ["dotnet", assembly, Verb] : [Program, Verb];
        }
    }
}
