using System.IO.Hashing;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MapReduce.Node.Dashboard;

/// <summary>The files of the dashboard, which are part of the program.</summary>
internal sealed class DashboardFiles
{
    private const string Prefix = "dashboard/";

    private readonly Dictionary<string, (byte[] Bytes, string Type, string Tag)> files = [];

    public DashboardFiles()
    {
        var assembly = typeof(DashboardFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files[resource[Prefix.Length..].Replace('\\', '/')] = (bytes, TypeOf(resource), $"\"{XxHash64.HashToUInt64(bytes):x16}\"");
        }
    }

    /// <summary>Whether there is such a file.</summary>
    public bool Has(string name) => files.ContainsKey(name);

    /// <summary>Sends a file, or says that the browser has it already. Another version of the program has other files, so the browser asks each time.</summary>
    /// <param name="context">The request.</param>
    /// <param name="name">The file.</param>
    /// <param name="variable">A word of the file, and what stands for it in this answer. Both are ours: nothing that anybody has sent.</param>
    public async Task SendAsync(HttpContext context, string name, (string Word, string Text)? variable = null)
    {
        var (bytes, type, tag) = files[name];
        if (variable is var (word, text)) bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace(word, text, StringComparison.Ordinal));
        context.Response.Headers.CacheControl = "no-cache";
        if (context.Response.StatusCode == StatusCodes.Status200OK)
        {
            context.Response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The dashboard has a file of the unknown kind '{other}'."),
    };
}
