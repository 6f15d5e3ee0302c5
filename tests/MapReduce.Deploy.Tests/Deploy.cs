using Xunit;
using YamlDotNet.RepresentationModel;

namespace MapReduce.Deploy.Tests;

/// <summary>The files below <c>deploy</c>.</summary>
internal static class Deploy
{
    public static string PathOf(params string[] names) => Path.Combine([Checkout.Root, "deploy", .. names]);

    public static YamlMappingNode Yaml(params string[] names)
    {
        using var reader = new StreamReader(PathOf(names));
        var yaml = new YamlStream();
        yaml.Load(reader);
        return (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
    }
}
