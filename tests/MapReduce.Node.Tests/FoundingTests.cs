using MapReduce.Node.Membership;
using Xunit;

namespace MapReduce.Node.Tests;

public sealed class FoundingTests
{
    private static readonly TimeSpan Term = TimeSpan.FromSeconds(5);
    private static readonly string[] Three = ["a", "b", "c"];
    private readonly DateTimeOffset now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_alone_founds_its_cluster_at_once() => Assert.IsType<FoundingStep.Found>(new Founding("a", ["a"], Term).Begin(now));

    [Fact]
    public void The_first_of_three_waits_for_a_second_before_it_stands()
    {
        var first = new Founding("a", Three, Term);
        Assert.IsType<FoundingStep.Wait>(first.Begin(now));
        Assert.IsType<FoundingStep.Stand>(first.OnAnswer("b", first.Round, FoundingState.Alone, now));
        Assert.IsType<FoundingStep.Found>(first.OnAnswer("b", first.Round, FoundingState.Vote, now));
    }

    [Fact]
    public void The_second_founds_where_the_first_is_silent_and_defers_where_it_answers()
    {
        var second = new Founding("b", Three, Term);
        second.Begin(now);
        Assert.IsType<FoundingStep.Wait>(second.OnAnswer("a", second.Round, FoundingState.Alone, now));
        Assert.IsType<FoundingStep.Wait>(second.OnAnswer("c", second.Round, FoundingState.Alone, now));
        second.Begin(now);
        Assert.IsType<FoundingStep.Stand>(second.OnAnswer("c", second.Round, FoundingState.Alone, now));
    }

    [Fact]
    public void A_member_is_joined_although_a_majority_is_alone()
    {
        var first = new Founding("a", Three, Term);
        first.Begin(now);
        Assert.IsType<FoundingStep.Stand>(first.OnAnswer("b", first.Round, FoundingState.Alone, now));
        Assert.Equal(new FoundingStep.Join("c"), first.OnAnswer("c", first.Round, FoundingState.Member, now));
    }

    [Fact]
    public void Whoever_joins_gives_nobody_a_vote_for_a_term()
    {
        var node = new Founding("c", Three, Term);
        node.Begin(now);
        node.OnAnswer("b", node.Round, FoundingState.Member, now);
        Assert.Equal(FoundingState.Alone, node.OnQuestion("a", true, Three, now));
        Assert.Equal(FoundingState.Vote, node.OnQuestion("a", true, Three, now + Term));
    }

    [Fact]
    public void Votes_of_an_earlier_round_and_of_strangers_count_for_nothing()
    {
        string[] five = ["a", "b", "c", "d", "e"];
        var first = new Founding("a", five, Term);
        first.Begin(now);
        first.OnAnswer("b", first.Round, FoundingState.Alone, now);
        Assert.IsType<FoundingStep.Stand>(first.OnAnswer("c", first.Round, FoundingState.Alone, now));
        Assert.IsType<FoundingStep.Wait>(first.OnAnswer("b", first.Round, FoundingState.Vote, now));
        first.Begin(now);
        first.OnAnswer("b", first.Round, FoundingState.Alone, now);
        first.OnAnswer("c", first.Round, FoundingState.Alone, now);
        Assert.IsType<FoundingStep.Wait>(first.OnAnswer("c", first.Round, FoundingState.Vote, now));
        Assert.IsType<FoundingStep.Wait>(first.OnAnswer("b", first.Round - 1, FoundingState.Vote, now));
        Assert.IsType<FoundingStep.Wait>(first.OnAnswer("x", first.Round, FoundingState.Vote, now));
        Assert.IsType<FoundingStep.Found>(first.OnAnswer("b", first.Round, FoundingState.Vote, now));
    }

    [Fact]
    public void Who_is_no_elector_joins_and_never_founds()
    {
        var node = new Founding("x", Three, Term);
        node.Begin(now);
        Assert.All(Three, elector => Assert.IsType<FoundingStep.Wait>(node.OnAnswer(elector, node.Round, FoundingState.Alone, now)));
        Assert.IsType<FoundingStep.Join>(node.OnAnswer("b", node.Round, FoundingState.Member, now));
    }

    [Fact]
    public void Who_knows_of_five_members_gives_no_vote_to_one_that_has_two_of_three_seeds_behind_it()
    {
        string[] five = ["a", "b", "c", "d", "e"];
        var old = new Founding("b", five, Term);
        var started = new Founding("a", Three, Term);
        started.Begin(now);
        Assert.IsType<FoundingStep.Stand>(started.OnAnswer("b", started.Round, old.OnQuestion("a", false, [], now), now));
        Assert.Equal(FoundingState.Alone, old.OnQuestion("a", true, started.Supporters, now));
        // With a third there are more than half of the five.
        started.OnAnswer("c", started.Round, FoundingState.Alone, now);
        Assert.Equal(FoundingState.Vote, old.OnQuestion("a", true, started.Supporters, now));
    }

    /// <summary>Whatever order messages come in, and whoever hears whom, two nodes never found within a term.</summary>
    [Fact]
    public void Of_any_group_of_nodes_at_most_one_founds_within_a_term()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var electors = Enumerable.Range(0, random.Next(2, 8)).Select(number => $"n{number}").ToArray();
            var nodes = electors.ToDictionary(elector => elector, elector => new Founding(elector, electors, Term));
            var founders = new HashSet<string>();
            var messages = new List<(string From, string To, int Round, bool? Stands, FoundingState State, string[] Supporters)>();
            var time = now;
            for (var step = 0; step < 60; step++)
            {
                time += Term / 100;
                if (messages.Count == 0 || random.Next(4) == 0)
                {
                    var node = electors[random.Next(electors.Length)];
                    Do(node, nodes[node].Begin(time));
                    Ask(node, stands: false);
                    continue;
                }
                var index = random.Next(messages.Count);
                var message = messages[index];
                if (random.Next(5) > 0) messages.RemoveAt(index);
                if (random.Next(5) == 0) continue;
                if (message.Stands is { } stands) messages.Add((message.To, message.From, message.Round, null, nodes[message.To].OnQuestion(message.From, stands, message.Supporters, time), []));
                else Do(message.To, nodes[message.To].OnAnswer(message.From, message.Round, message.State, time));
            }
            Assert.True(founders.Count <= 1, $"Seed {seed}: {string.Join(", ", founders)} found a cluster each.");

            void Ask(string node, bool stands) => messages.AddRange(nodes[node].Others.Select(other => (node, other, nodes[node].Round, (bool?)stands, FoundingState.Alone, nodes[node].Supporters.ToArray())));

            void Do(string node, FoundingStep step)
            {
                if (step is FoundingStep.Found) founders.Add(node);
                if (step is FoundingStep.Stand) Ask(node, stands: true);
            }
        }
    }
}
