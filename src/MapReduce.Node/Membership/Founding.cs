namespace MapReduce.Node.Membership;

/// <summary>How a cluster begins: at most one node founds it, and only with the votes of more than half of the electors.</summary>
/// <remarks>
/// <para>
/// Akka.NET lets the first seed node found a cluster whenever it reaches no other. A node that the others have removed, or that starts while the network is
/// cut, would found a second cluster beside the one that goes on. Here every node asks the electors until one of them is a member, which it then joins.
/// The first of those that answer stands for election when more than half answer and none is a member; an elector gives its vote to one candidate for a term.
/// Two candidates cannot both have more than half of the same electors.
/// </para>
/// <para>
/// The electors are the seed nodes when a process begins, and the members that were last known when a node begins another life. A pause longer than the term
/// between the last vote and the founding defeats this, as it does any lease; the journal's epoch and unique key then still let only one master decide.
/// </para>
/// </remarks>
/// <param name="self">This node's address.</param>
/// <param name="electors">Who votes, in an order that all share.</param>
/// <param name="term">How long a vote binds.</param>
public sealed class Founding(string self, IReadOnlyList<string> electors, TimeSpan term)
{
    private readonly Dictionary<string, FoundingState> answers = [];
    private readonly HashSet<string> votes = [];
    private (string Candidate, DateTimeOffset Until)? given;
    private bool isCandidate;

    /// <summary>Who is to be asked.</summary>
    public IEnumerable<string> Others => electors.Where(elector => elector != self);

    /// <summary>The number of the round of questions; answers to those of another count for nothing.</summary>
    public int Round { get; private set; }

    /// <summary>Who is for a new cluster as far as this node knows: itself, and the electors that have answered in this round.</summary>
    public IEnumerable<string> Supporters => answers.Keys.Append(self);

    /// <summary>Which electors have answered in the round before this one.</summary>
    public IReadOnlyCollection<string> Heard { get; private set; } = [];

    /// <summary>A round of questions begins: answers of the round before count no more.</summary>
    public FoundingStep Begin(DateTimeOffset now)
    {
        Heard = [.. answers.Keys];
        Round++;
        answers.Clear();
        votes.Clear();
        isCandidate = false;
        return Next(now);
    }

    /// <summary>An elector has answered.</summary>
    /// <param name="elector">Which.</param>
    /// <param name="round">The round that it was asked in.</param>
    /// <param name="state">What it said.</param>
    /// <param name="now">The time.</param>
    public FoundingStep OnAnswer(string elector, int round, FoundingState state, DateTimeOffset now)
    {
        if (round != Round || !electors.Contains(elector)) return FoundingStep.Wait.Instance;
        answers[elector] = state;
        if (state == FoundingState.Vote && isCandidate) votes.Add(elector);
        return Next(now);
    }

    /// <summary>Another node asks, and this one is no member.</summary>
    /// <param name="candidate">The node.</param>
    /// <param name="stands">Whether it wants a vote.</param>
    /// <param name="supporters">Who is for it, itself included.</param>
    /// <param name="now">The time.</param>
    /// <remarks>A candidate that has just been started knows only the seeds. A voter that knows of more members counts them, too.</remarks>
    public FoundingState OnQuestion(string candidate, bool stands, IEnumerable<string> supporters, DateTimeOffset now)
        => stands && IsMajority(electors.Intersect(supporters.Append(self)).Count()) && Give(candidate, now) ? FoundingState.Vote : FoundingState.Alone;

    private FoundingStep Next(DateTimeOffset now)
    {
        if (answers.FirstOrDefault(answer => answer.Value == FoundingState.Member).Key is { } member)
        {
            // Whoever joins a cluster must not help to found another.
            Give(self, now);
            return new FoundingStep.Join(member);
        }
        if (!electors.Contains(self)) return FoundingStep.Wait.Instance;
        if (isCandidate) return IsMajority(votes.Count + 1) ? FoundingStep.Found.Instance : FoundingStep.Wait.Instance;
        var isFirst = electors.First(elector => elector == self || answers.ContainsKey(elector)) == self;
        if (!isFirst || !IsMajority(answers.Count + 1) || !Give(self, now)) return FoundingStep.Wait.Instance;
        isCandidate = true;
        return IsMajority(1) ? FoundingStep.Found.Instance : FoundingStep.Stand.Instance;
    }

    private bool IsMajority(int count) => 2 * count > electors.Count;

    private bool Give(string candidate, DateTimeOffset now)
    {
        if (given is { } vote && vote.Candidate != candidate && now < vote.Until) return false;
        given = (candidate, now + term);
        return true;
    }
}

/// <summary>What a node says of itself to one that looks for a cluster.</summary>
public enum FoundingState
{
    /// <summary>It is in no cluster.</summary>
    Alone,

    /// <summary>It is in no cluster, and votes for who asks.</summary>
    Vote,

    /// <summary>It is a member of a cluster, which may be joined through it.</summary>
    Member,
}

/// <summary>What a node that looks for a cluster does next.</summary>
public abstract record FoundingStep
{
    private FoundingStep()
    {
    }

    /// <summary>Nothing, until more is known.</summary>
    public sealed record Wait : FoundingStep
    {
        /// <summary>The only one.</summary>
        public static Wait Instance { get; } = new();
    }

    /// <summary>It asks for votes.</summary>
    public sealed record Stand : FoundingStep
    {
        /// <summary>The only one.</summary>
        public static Stand Instance { get; } = new();
    }

    /// <summary>It founds a cluster.</summary>
    public sealed record Found : FoundingStep
    {
        /// <summary>The only one.</summary>
        public static Found Instance { get; } = new();
    }

    /// <summary>It joins one.</summary>
    /// <param name="Member">Through whom.</param>
    public sealed record Join(string Member) : FoundingStep;
}
