using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Execution;
using MapReduce.Protocol.Jobs;
using MapReduce.Storage;

namespace MapReduce.Master;

/// <summary>Carries out what the journal has decided about a job's output. Each step may be repeated, by this master or the next.</summary>
internal static class Publisher
{
    /// <summary>Makes the staging folder of a job whose output may be written.</summary>
    /// <exception cref="StorageException">It may not, or cannot.</exception>
    public static (string Private, string Shared) Stage(JobSpec spec)
    {
        OutputFolder.Check(spec.Output, spec.Order.Inputs, spec.Overwrite);
        OutputFolder.CleanLeftovers(spec.Output);
        var folder = OutputFolder.Stage(spec.Output, spec.Id, shared: true);
        return (folder.Private, folder.Scratch);
    }

    /// <summary>What will be published of a job: the parts of the attempts that count, and the manifest that lists them.</summary>
    public static (IReadOnlyList<Part> Parts, OutputManifest Manifest) Describe(JobState state, JobSpec spec)
    {
        var parts = Tasks(state).Select(state.Made).OfType<Products>().SelectMany(made => made.Parts).OrderBy(part => part.Name, StringComparer.Ordinal).ToList();
        var definition = state.Definition ?? new Opened();
        var counters = definition.Counters.Select((name, index) => (name, Count: index < state.Counters.Count ? state.Counters[index] : 0)).ToDictionary(counter => counter.name, counter => counter.Count);
        return (parts, new OutputManifest(spec.Id, definition.Name, [.. definition.Outputs.Select(output => new OutputLayout(output.Name, output.Ranges, output.HasKey ? [.. output.Key] : null))],
            [.. parts.Select(part => new ManifestFile(part.Name, part.Length, part.Rows, part.Hash))], counters));
    }

    /// <summary>Publishes.</summary>
    /// <exception cref="StorageException">It cannot be published now, or at all.</exception>
    public static void Publish(JobSpec spec, IReadOnlyList<Part> parts, OutputManifest manifest, bool durable)
    {
        var folder = OutputFolder.Stage(spec.Output, spec.Id, shared: true);
        foreach (var part in parts) folder.Place(part.PrivatePath, part.Name);
        folder.Write(OutputFolder.ManifestName, manifest.ToJson().Span, durable);
        folder.Publish(spec.Overwrite, durable);
        folder.Remove();
    }

    /// <summary>Removes what is staged.</summary>
    public static void Discard(JobSpec spec) => OutputFolder.Stage(spec.Output, spec.Id, shared: true).Remove();

    /// <summary>The map and reduce tasks of a job, in order.</summary>
    public static IEnumerable<TaskId> Tasks(JobState state)
    {
        for (var stage = 0; stage < state.StageCount; stage++)
        {
            var progress = state.Progress(stage);
            for (var i = 0; i < progress.Maps; i++) yield return new TaskId(stage, TaskKind.Map, i);
            for (var i = 0; i < progress.Reduces; i++) yield return new TaskId(stage, TaskKind.Reduce, i);
        }
    }
}
