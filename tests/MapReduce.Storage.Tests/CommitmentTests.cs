using Xunit;

namespace MapReduce.Storage.Tests;

public sealed class CommitmentTests : IDisposable
{
    private const string Job = "0123456789abcdef0123456789abcdef";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-commitment-").FullName;
    private readonly Recording store = new();

    private string Target => Path.Combine(folder, "out");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Stores_commit_their_own_tickets_before_the_files_appear()
    {
        store.OnCommit = () => Assert.False(Path.Exists(Target));
        var (commitment, tickets, files) = Prepared();
        commitment.Commit(tickets, files);
        Assert.Equal(["commit warehouse: one, two"], store.Calls);
        Assert.Equal("rows", File.ReadAllText(Path.Combine(Target, "part-00000")));

        // Whoever takes over does it again.
        store.OnCommit = () => { };
        commitment.Commit(tickets, files);
        Assert.Equal(2, store.Calls.Count);
    }

    [Fact]
    public void What_is_in_the_way_of_the_files_is_found_before_a_row_appears()
    {
        var (commitment, tickets, files) = Prepared();
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "somebody's"), "");
        Assert.Equal(StorageError.OutputExists, Assert.Throws<StorageException>(() => commitment.Commit(tickets, files)).Error);
        Assert.Empty(store.Calls);
    }

    [Fact]
    public void What_comes_in_the_way_after_the_rows_is_waited_for_and_not_refused()
    {
        store.OnCommit = () => File.WriteAllText(Target, "");
        var (commitment, tickets, files) = Prepared();
        var failure = Assert.Throws<StorageException>(() => commitment.Commit(tickets, files));
        Assert.Equal(StorageError.Other, failure.Error);
        Assert.Contains("committed", failure.Message, StringComparison.Ordinal);
        store.OnCommit = () => File.Delete(Target);
        File.Delete(Target);
        commitment.Commit(tickets, files);
        Assert.Equal("rows", File.ReadAllText(Path.Combine(Target, "part-00000")));
    }

    [Theory]
    [InlineData("a file")]
    [InlineData("another output")]
    [InlineData("a damaged part")]
    public void What_is_in_the_way_when_a_try_is_repeated_refuses_nothing_once_rows_are_committed(string obstacle)
    {
        var (commitment, tickets, files) = Prepared(out var staged);
        store.OnCommit = () =>
        {
            // The first to commit dies of it, and its successor finds this.
            store.IsCommitted = true;
            if (obstacle == "a file") File.WriteAllText(Target, "");
            else if (obstacle == "another output") Directory.CreateDirectory(Path.Combine(Target, "somebody's"));
            else File.Delete(Directory.GetFiles(staged.Staging, "part-00000", SearchOption.AllDirectories).Single());
            throw new InvalidOperationException("dead");
        };
        Assert.Throws<InvalidOperationException>(() => commitment.Commit(tickets, files));
        store.OnCommit = () => { };
        var failure = Assert.Throws<StorageException>(() => commitment.Commit(tickets, files));
        Assert.Equal(StorageError.Other, failure.Error);
        Assert.Contains("committed", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["commit warehouse: one, two"], store.Calls);
    }

    [Fact]
    public void A_store_that_this_program_does_not_know_is_named()
    {
        var commitment = new JobCommitment(Job, [], [new("oracle", "delphi")]);
        Assert.Contains("'oracle'", Assert.Throws<StorageException>(commitment.Abort).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_leftover_is_settled_as_its_note_says(bool decided)
    {
        var (_, tickets, files) = Prepared(out var staged);
        files.Arrange([.. tickets.Where(ticket => ticket.Participant == FilesParticipant.Files)]);
        staged.Note(new StagedStores(Job, [new("recording", "warehouse")], decided ? tickets : null, Overwrite: false));
        File.WriteAllText(Path.Combine(staged.Staging, "_owner"), $"job {Job}\nmachine {Environment.MachineName}\nprocess {int.MaxValue}\nstarted 1\n");

        Assert.Empty(OutputFolder.CleanLeftovers(Target));
        Assert.True(Directory.Exists(staged.Staging));
        Assert.Equal([staged.Staging], OutputFolder.CleanLeftovers(Target, [store]));
        Assert.Equal([decided ? "commit warehouse: one, two" : "abort warehouse"], store.Calls);
        Assert.Equal(decided, File.Exists(Path.Combine(Target, "part-00000")));
        Assert.False(Directory.Exists(staged.Staging));
    }

    [Fact]
    public void Connections_are_found_whatever_the_case_and_never_shown()
    {
        var connections = Connections.Of([KeyValuePair.Create("data-warehouse", "secret")]);
        Assert.Equal("secret", connections.Find("Data_Warehouse"));
        Assert.Null(connections.Find("other"));
        Assert.Equal("MAPREDUCE_CONNECTION_DATA_WAREHOUSE", Connections.VariableOf("data-warehouse"));
        Assert.DoesNotContain("secret", $"{connections}", StringComparison.Ordinal);
        Assert.Equal("secret", Connections.Of([], connections).Find("data-warehouse"));
    }

    private (JobCommitment, List<CommitTicket>, FilesParticipant) Prepared() => Prepared(out _);

    private (JobCommitment, List<CommitTicket>, FilesParticipant) Prepared(out OutputFolder staged)
    {
        staged = OutputFolder.Stage(Target, Job, shared: true);
        var part = Path.Combine(staged.Private, "part");
        File.WriteAllText(part, "rows");
        List<CommitTicket> tickets = [FilesParticipant.Ticket(Target, part, "part-00000"), new("recording", "warehouse", "one"), new("recording", "warehouse", "two")];
        var manifest = new OutputManifest(Job, "Test", [], [new ManifestFile("part-00000", 4, 1, "")], new Dictionary<string, long>());
        return (new JobCommitment(Job, [store], [new("recording", "warehouse")]), tickets, new FilesParticipant(staged, manifest, overwrite: false, durable: false));
    }

    private sealed class Recording : ICommitParticipant
    {
        public List<string> Calls { get; } = [];

        public bool IsCommitted { get; set; }

        public Action OnCommit { get; set; } = () => { };

        public string Name => "recording";

        public bool HasCommitted(JobCommit job) => IsCommitted;

        public void Commit(JobCommit job, IReadOnlyList<CommitTicket> tickets)
        {
            OnCommit();
            Calls.Add($"commit {string.Join(',', job.Connections)}: {string.Join(", ", tickets.Select(ticket => ticket.Text))}");
        }

        public void Abort(JobCommit job) => Calls.Add($"abort {string.Join(',', job.Connections)}");

        public void Recover(JobCommit job, Func<string, bool> isOut)
        {
        }
    }
}
