using k8s;
using k8s.Models;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace MapReduce.Deploy.Tests;

/// <summary>The manifests, read strictly: a field that Kubernetes does not have is an error.</summary>
public sealed class KubernetesTests
{
    private static readonly List<object> Objects = [.. Resources().SelectMany(file => KubernetesYaml.LoadAllFromString(File.ReadAllText(Deploy.PathOf("kubernetes", "base", file)), strict: true))];

    private static readonly V1StatefulSet Set = Only<V1StatefulSet>();

    private static V1Container Container => Assert.Single(Set.Spec.Template.Spec.Containers);

    [Fact]
    public void Every_manifest_is_in_the_kustomization()
        => Assert.Equal(Directory.GetFiles(Deploy.PathOf("kubernetes", "base")).Select(Path.GetFileName).Where(file => file != "kustomization.yaml").Order(), Resources().Order());

    [Fact]
    public void A_field_that_there_is_none_of_would_be_noticed()
    {
        var text = File.ReadAllText(Deploy.PathOf("kubernetes", "base", "stateful-set.yaml")).Replace("terminationGracePeriodSeconds", "terminationGraceSeconds", StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(text, strict: true));
    }

    [Fact]
    public void Everything_selects_the_pods_of_the_set()
    {
        var labels = Set.Spec.Template.Metadata.Labels;
        IDictionary<string, string>[] selectors = [Set.Spec.Selector.MatchLabels, .. Objects.OfType<V1Service>().Select(service => service.Spec.Selector), Only<V1PodDisruptionBudget>().Spec.Selector.MatchLabels, Only<V1NetworkPolicy>().Spec.PodSelector.MatchLabels];
        Assert.Equal(5, selectors.Length);
        Assert.All(selectors, selector => Assert.Equal(labels, selector));
        Assert.Contains(Objects.OfType<V1Service>(), service => service.Metadata.Name == Set.Spec.ServiceName && service.Spec is { ClusterIP: "None", PublishNotReadyAddresses: true });
        Assert.Equal(Only<V1ServiceAccount>().Metadata.Name, Set.Spec.Template.Spec.ServiceAccountName);
    }

    [Fact]
    public void Probes_ask_what_the_node_answers_and_a_pod_has_time_to_drain()
    {
        V1HTTPGetAction[] asked = [Container.StartupProbe.HttpGet, Container.LivenessProbe.HttpGet, Container.ReadinessProbe.HttpGet];
        Assert.Equal(["/health/live", "/health/live", "/health/ready"], asked.Select(get => get.Path));
        Assert.All(asked, get => Assert.Equal(("HTTPS", "localhost"), (get.Scheme, Assert.Single(get.HttpHeaders).Value)));
        Assert.Contains("mr node drain", Container.Lifecycle.PreStop.Exec.Command[^1], StringComparison.Ordinal);
        Assert.True(Set.Spec.Template.Spec.TerminationGracePeriodSeconds > 600);
        Assert.Equal("1", Only<V1PodDisruptionBudget>().Spec.MaxUnavailable.Value);
    }

    [Fact]
    public void What_a_pod_mounts_is_there_and_its_secrets_are_those_that_the_script_makes()
    {
        var pod = Set.Spec.Template.Spec;
        Assert.Equal(Container.VolumeMounts.Select(mount => mount.Name).Order(), pod.Volumes.Select(volume => volume.Name).Concat(Set.Spec.VolumeClaimTemplates.Select(claim => claim.Metadata.Name)).Order());
        Assert.Contains(Only<V1PersistentVolumeClaim>().Metadata.Name, pod.Volumes.Select(volume => volume.PersistentVolumeClaim?.ClaimName));
        var script = File.ReadAllText(Deploy.PathOf("kubernetes", "secrets.sh"));
        var secrets = pod.Volumes.Single(volume => volume.Projected is not null).Projected.Sources.Select(source => source.Secret.Name).ToList();
        Assert.Equal(3, secrets.Count);
        Assert.All(secrets, secret => Assert.Contains($"apply {secret} ", script, StringComparison.Ordinal));
        var mount = Container.VolumeMounts.Single(mount => mount.Name == "secrets").MountPath;
        Assert.Equal(mount, Container.Env.Single(variable => variable.Name == "MAPREDUCE_SECRETS").Value);
    }

    [Fact]
    public void The_variables_are_those_that_the_entrypoint_reads()
    {
        var entrypoint = File.ReadAllText(Deploy.PathOf("container", "entrypoint.sh"));
        Assert.All(Container.Env.Select(variable => variable.Name).Where(name => name.StartsWith("MAPREDUCE_", StringComparison.Ordinal)), name => Assert.Contains($"${{{name}:-", entrypoint, StringComparison.Ordinal));
        var seeds = Container.Env.Single(variable => variable.Name == "MAPREDUCE_SEEDS").Value.Split(' ');
        Assert.Equal(Enumerable.Range(0, Set.Spec.Replicas!.Value).Select(pod => $"mapreduce-{pod}.{Set.Spec.ServiceName}:4500"), seeds);
    }

    private static IEnumerable<string> Resources()
        => ((YamlSequenceNode)Deploy.Yaml("kubernetes", "base", "kustomization.yaml").Children["resources"]).Select(node => node.ToString());

    private static T Only<T>() => Assert.Single(Objects.OfType<T>());
}
