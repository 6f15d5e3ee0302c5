namespace MapReduce.Sdk;

/// <summary>Turns what a job declared into stages: sources and channels that touch each other, directly or through others, are one stage.</summary>
internal static class JobGraph
{
    public static JobDefinition Build(string name, List<SourceNode> sources, List<ChannelNode> channels, List<Counter> counters, List<SideFile> sideFiles, bool hasSideEffects)
    {
        if (sources.Count == 0) throw Invalid(name, "it reads nothing. Begin with job.ReadLines(job.Inputs) or another reader");
        foreach (var source in sources)
            if (source.Channels.Count == 0) throw Invalid(name, "it reads an input that nothing maps. Call Map on what the reader returns");
        foreach (var channel in channels)
            if (channel.Result is null) throw Invalid(name, "it maps pairs that go nowhere. Aggregate, reduce, sort or write them");
            else if (channel.Result.Outputs.Count == 0 && channel.Result.Sinks.Count == 0 && !channel.Result.IsRead) throw Invalid(name, "it computes a result that nobody reads. Write it, for example with WriteText(job.Output)");
            else if (!sources.Any(source => source.Channels.Contains(channel))) throw Invalid(name, "it declares a channel that no map function feeds. Name it in MapTo, or remove it");
        CheckOutputs(name, channels);

        var groups = Connect(sources);
        var stages = new List<StageNode>();
        while (groups.Count > 0)
        {
            var ready = groups.FindIndex(group => group.All(source => source.Upstream is not { } channel || channel.Stage >= 0));
            if (ready < 0) throw Invalid(name, "its stages wait for each other in a circle. A dataset cannot feed the stage that makes it");
            var members = groups[ready];
            groups.RemoveAt(ready);
            var stageChannels = members.SelectMany(source => source.Channels).Distinct().OrderBy(channel => channel.Order).ToList();
            for (var i = 0; i < stageChannels.Count; i++) (stageChannels[i].Job, stageChannels[i].Stage, stageChannels[i].Index) = (name, stages.Count, i);
            stages.Add(new StageNode
            {
                Index = stages.Count,
                Sources = members,
                Channels = stageChannels,
                DependsOn = members.Select(source => source.Upstream).OfType<ChannelNode>().Select(channel => channel.Stage).Distinct().Order().ToList(),
            });
        }
        return new JobDefinition { Name = name, Stages = stages, Counters = counters, SideFiles = sideFiles, HasSideEffects = hasSideEffects };
    }

    private static List<List<SourceNode>> Connect(List<SourceNode> sources)
    {
        var groups = new List<List<SourceNode>>();
        foreach (var source in sources)
        {
            var touching = groups.Where(group => group.Any(other => other.Channels.Intersect(source.Channels).Any())).ToList();
            groups.RemoveAll(touching.Contains);
            groups.Add([.. touching.SelectMany(group => group).Append(source).OrderBy(member => member.Order)]);
        }
        return [.. groups.OrderBy(group => group[0].Order)];
    }

    private static void CheckOutputs(string name, List<ChannelNode> channels)
    {
        if (OutputPlaces.Conflict(channels.SelectMany(channel => channel.Result!.Outputs).Select(output => output.Target)) is not { } conflict) return;
        var (place, first, second) = conflict;
        throw Invalid(name, first.FileName is null && second.FileName is null && first.Name == second.Name
            ? $"it writes twice to {Words(first)}. Give each a name of its own with job.OutputNamed(\"…\")"
            : $"{Words(first)} and {Words(second)} would both be at '{place}' below the output folder. Give one of them another name");
    }

    private static string Words(OutputTarget target)
        => target.FileName is { } file ? $"the file '{file}'" : target.Name.Length == 0 ? "its output" : $"the output '{target.Name}'";

    private static JobException Invalid(string name, string what) => new(JobError.Definition, $"{name} cannot run: {what}.");
}
