using System.Text;

namespace MapReduce.Storage.Tests;

/// <summary>Outputs of tests.</summary>
internal static class Outputs
{
    public static byte[] Manifest(string job) => Encoding.UTF8.GetBytes($$"""{"version":1,"job":"{{job}}"}""");

    public static void Publish(OutputFolder output, bool overwrite)
    {
        output.Publish(overwrite);
        if (!output.Remove()) throw new IOException($"'{output.Staging}' is still there.");
    }
}
