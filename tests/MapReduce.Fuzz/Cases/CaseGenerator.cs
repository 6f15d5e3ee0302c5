using MapReduce.FuzzJobs.Plans;
using MapReduce.Local;

namespace MapReduce.Fuzz.Cases;

/// <summary>Draws a case from a seed.</summary>
internal static class CaseGenerator
{
    private const int MostDraws = 200;

    /// <summary>The case of a seed.</summary>
    public static Case Draw(long seed)
    {
        var random = new Randomness((ulong)seed * 0x2545F4914F6CDD1D);
        for (var draw = 0; draw < MostDraws; draw++)
            if (new CaseDraw(random).Draw() is { } drawn && PlanRules.Allows(drawn)) return drawn;
        throw new InvalidOperationException($"Seed {seed} draws nothing that may be asked for.");
    }
}

/// <summary>One try at a case.</summary>
internal sealed class CaseDraw(Randomness random)
{
    private readonly List<SourceCase> sources = [];
    private readonly List<ChannelPlan> channels = [];

    public Case Draw()
    {
        var layers = random.Between(0, 9) switch { < 6 => 1, < 9 => 2, _ => 3 };
        for (var layer = 0; layer < layers; layer++) DrawLayer(layer);
        // What nobody reads is written.
        for (var i = 0; i < channels.Count; i++) channels[i] = channels[i] with { Outputs = new OutputDraw(random, channels[i]).Draw(isRead: channels.Exists(other => other.Feeds.Any(feed => feed.Dataset == channels[i].Id))) };
        Name();
        var mistakes = MistakeDraw.Draw(random, sources, channels);
        return new Case(sources, channels, mistakes, Settings(mistakes.Count > 0)) { SideText = random.Chance(0.1) ? random.Of((string[])["", "salt", "ü-"]) : null, HasSideEffects = random.Chance(0.1) };
    }

    private void DrawLayer(int layer)
    {
        var below = channels.ToList();
        var here = new List<int>();
        for (var count = layer == 0 ? random.Between(1, 2) : random.Between(0, 8) == 0 ? 1 : 0; count > 0; count--)
        {
            here.Add(sources.Count);
            sources.Add(SourceDraw.Draw(random, sources.Count));
        }
        var first = channels.Count;
        for (var count = random.Between(0, 3) == 0 ? 2 : 1; count > 0; count--)
        {
            // A join is of inputs only; in other channels most of what feeds a later layer are datasets.
            var draw = new ChannelDraw(random, channels.Count, here.ConvertAll(id => sources[id].Plan), below);
            channels.Add(draw.Draw());
        }
        // A source that is left over is mapped into the first of the layer that takes it.
        foreach (var source in here.Where(id => !channels.Exists(channel => channel.Feeds.Any(feed => feed.Source == id))))
        {
            var index = channels.FindIndex(first, channel => channel.Feeds[0].Style != FeedStyle.HoldingMapper);
            if (index < 0) continue;
            var feed = FeedDraw.Draw(random, sources[source].Plan, -1, isFirst: false);
            channels[index] = channels[index] with { Feeds = [.. channels[index].Feeds, feed with { Style = channels[index].Step == Step.Join ? FeedStyle.Function : feed.Style }] };
        }
    }

    /// <summary>Gives all outputs names of their own; one of them may be the output itself.</summary>
    private void Name()
    {
        var number = 0;
        var isFolderFree = random.Chance(0.5);
        for (var i = 0; i < channels.Count; i++)
        {
            channels[i] = channels[i] with
            {
                Outputs = [.. channels[i].Outputs.Select(output =>
                {
                    var name = number++ == 0 && isFolderFree && output.Format != RowFormat.Store ? "" : $"o{number}";
                    return output with { Name = name, File = output.File is null ? null : $"{(number % 2 == 0 ? "deep/" : "")}file-{number}" };
                })],
            };
        }
        // A job that has one input may call it all.
        var reading = sources.FindAll(source => source.Input is not null);
        if (reading.Count != 1 || random.Chance(0.5)) return;
        sources[sources.IndexOf(reading[0])] = reading[0] with { Plan = reading[0].Plan with { Naming = InputNaming.All } };
    }

    // A mistake fails the job or is passed over: each of the two often enough.
    private SortedDictionary<string, int> Settings(bool hasMistakes)
    {
        var settings = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var name in SettingsTable.Names)
            if (random.Chance(hasMistakes && name == nameof(LocalSettings.SkipBadRecords) ? 0.6 : 0.3)) settings.Add(name, random.Between(0, SettingsTable.CountOf(name) - 1));
        return settings;
    }
}
