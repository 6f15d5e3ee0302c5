using Xunit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace MapReduce.Deploy.Tests;

/// <summary>The compose file, and the alert rules.</summary>
public sealed class ComposeTests
{
    [Fact]
    public void Three_nodes_wait_for_their_secrets_and_a_database_and_mount_what_there_is()
    {
        using var reader = new StreamReader(Deploy.PathOf("compose.yaml"));
        var compose = new DeserializerBuilder().Build().Deserialize<Dictionary<string, object>>(new MergingParser(new Parser(reader)));
        var services = (Dictionary<object, object>)compose["services"];
        var volumes = ((Dictionary<object, object?>)compose["volumes"]!).Keys;
        Assert.Equal(["secrets", "database", "node-1", "node-2", "node-3"], services.Keys);
        foreach (var (name, service) in services.Where(service => ((string)service.Key).StartsWith("node-", StringComparison.Ordinal)))
        {
            var node = (Dictionary<object, object>)service;
            Assert.Equal(["database", "secrets"], ((Dictionary<object, object>)node["depends_on"]).Keys);
            Assert.Equal(name, node["hostname"]);
            Assert.Equal("90s", node["stop_grace_period"]);
            Assert.Equal("node-1:4500 node-2:4500 node-3:4500", ((Dictionary<object, object>)node["environment"])["MAPREDUCE_SEEDS"]);
            var mounted = ((List<object>)node["volumes"]).Select(volume => ((string)volume).Split(':')[0]).ToList();
            Assert.Equal([name, "data", ((string)name).Replace("node", "secrets", StringComparison.Ordinal)], mounted);
            Assert.All(mounted, volume => Assert.Contains(volume, volumes));
        }
    }

    [Fact]
    public void Every_alert_says_what_is_wrong_and_what_to_do()
    {
        var rules = ((YamlSequenceNode)((YamlSequenceNode)Deploy.Yaml("grafana", "alerts.yaml").Children["groups"])[0]["rules"]).Cast<YamlMappingNode>().ToList();
        Assert.Equal(rules.Count, rules.Select(rule => rule["alert"].ToString()).Distinct().Count());
        var guide = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "operating.md"));
        Assert.All(rules, rule =>
        {
            var annotations = (YamlMappingNode)rule["annotations"];
            Assert.True(annotations["summary"].ToString().Length > 10 && annotations["description"].ToString().Length > 10);
            Assert.Contains(rule["labels"]["severity"].ToString(), (string[])["info", "warning", "critical"]);
            Assert.Contains($"`{rule["alert"]}`", guide, StringComparison.Ordinal);
        });
    }
}
