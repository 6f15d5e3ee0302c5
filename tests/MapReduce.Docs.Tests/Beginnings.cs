namespace MapReduce.Docs.Tests;

/// <summary>What the reader of a page has before its first command.</summary>
internal static class Beginnings
{
    private static readonly string Configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string Of(string page) => page.Replace('\\', '/') switch
    {
        // A job of the reader's own, built, and a text.
        "deploy/nuget/README.md" => $"""
            mkdir -p out/own/bin/Release && cd out/own
            cp -r "{Pages.Root}/jobs/WordCount/bin/{Configuration}/net10.0" bin/Release/
            cp -r "$CLONE/jobs/WordCount/sample" books
            """,
        // The page is that of the project which is made of the template.
        "templates/job/README.md" => "mr new job NewJob --folder out/NewJob && cd out/NewJob",
        _ => "true",
    };
}
