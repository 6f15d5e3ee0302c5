using System.Text.Json;
using System.Text.Json.Serialization;

namespace MapReduce.FuzzJobs.Plans;

/// <summary>A job as data: what it reads, how it maps and reduces that, and what it writes.</summary>
/// <param name="Sources">What is read. The first of those that read files reads the first input, the second the second.</param>
/// <param name="Channels">The shuffles; those that read the datasets of others come after them.</param>
/// <param name="Mistakes">What the author has got wrong.</param>
internal sealed record JobPlan(IReadOnlyList<SourcePlan> Sources, IReadOnlyList<ChannelPlan> Channels, IReadOnlyList<MistakePlan> Mistakes)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The file from whose first line keys get their beginnings; null where the job has no side file.</summary>
    public string? SideFile { get; init; }

    /// <summary>Whether it says that its code does more than its outputs show.</summary>
    public bool HasSideEffects { get; init; }

    public static JobPlan Read(string text) => JsonSerializer.Deserialize<JobPlan>(text, Json)!;

    public string Write() => JsonSerializer.Serialize(this, Json);

    public ChannelPlan Channel(int id) => Channels.First(channel => channel.Id == id);

    public SourcePlan Source(int id) => Sources.First(source => source.Id == id);
}
