using System.Globalization;
using CommandLine;
using MapReduce.Api;
using MapReduce.Cli.Cluster;
using MapReduce.Node.Security;

namespace MapReduce.Cli.Nodes;

/// <summary>The options of <c>mr audit</c>.</summary>
internal sealed class AuditOptions : ConnectionOptions
{
    [Option("last", Default = 100, HelpText = "How many entries, up to 1000.")]
    public int Last { get; set; } = 100;
}

/// <summary><c>mr audit</c>: who has changed what, the last first.</summary>
internal static class AuditVerb
{
    public static ExitCode Run(AuditOptions options)
    {
        if (options.Last is < 1 or > AuditLog.MostLatest) throw new UserException(ExitCode.Usage, $"--last {options.Last} is not possible. Give a number from 1 to {AuditLog.MostLatest}.");
        using var client = Connection.Open(options);
        var audit = client.AuditAsync(options.Last).GetAwaiter().GetResult();
        if (options.Json)
        {
            Output.Json(audit, ApiJson.Default.AuditList);
            return ExitCode.Success;
        }
        foreach (var entry in audit.Entries)
        {
            var about = string.Join(' ', ((string?[])[entry.Job, entry.Target, entry.Digest]).OfType<string>());
            Printable.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.At.ToLocalTime():yyyy-MM-dd HH:mm:ss}  {entry.User}  {entry.Act}  {about}  {entry.Result}{(entry.More is { } more ? $" (and {more} more refused)" : "")}  from {entry.Remote} at {entry.Node}"));
        }
        foreach (var missing in audit.Missing) Console.Error.WriteLine($"{Printable.Of(missing)} does not answer: what it was called for is not in the list.");
        return ExitCode.Success;
    }
}
