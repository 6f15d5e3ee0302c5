using Google.Protobuf;
using MapReduce.Protocol.Journal;
using Microsoft.Data.Sqlite;
using Xunit;

namespace MapReduce.Cluster.Tests;

/// <summary>A journal that this program has not written is refused in a sentence, and left as it is.</summary>
[Collection(SharedCluster.Name)]
public sealed class UnreadableJournalTests(SharedCluster shared) : IDisposable
{
    private const string Last = "persistence_id = 'job-master' AND sequence_number = (SELECT max(sequence_number) FROM journal WHERE persistence_id = 'job-master')";

    private static readonly Dictionary<string, (int Serializer, string Manifest, Func<MasterRecord, byte[]> Message, string Words)> Records = new()
    {
        ["of a newer program"] = (4711, "jm1", record => new MasterRecord(record) { Version = 99 }.ToByteArray(), "holds a record of version 99, and this program reads up to 1. A newer version of the program has written it: run that version, or a newer one."),
        ["in JSON"] = (1, "System.IO.FileInfo, System.Private.CoreLib", _ => """{"fileName":"/tmp/x"}"""u8.ToArray(), "holds what this program does not write: A message as JSON was refused"),
        ["that starts an actor"] = (3, "", record => record.ToByteArray(), "holds what this program does not write: The attempt of another node to start an actor here was refused."),
        ["of an unknown kind"] = (4711, "zz9", record => record.ToByteArray(), "holds what this program does not write: 'zz9' is not among the messages that may be received."),
    };

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-").FullName;

    public static TheoryData<string> Names() => [.. Records.Keys];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Journal => Path.Combine(folder, "journal.db");

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_record_that_this_program_has_not_written_is_refused(string name)
    {
        var (serializer, manifest, message, words) = Records[name];
        await CopyAsync();
        var record = MasterRecord.Parser.ParseFrom((await LastAsync()).Message);
        await ExecuteAsync($"UPDATE journal SET identifier = $serializer, manifest = $manifest, message = $message WHERE {Last}", ("$serializer", serializer), ("$manifest", manifest), ("$message", message(record)));
        await AssertRefusedAsync(words);
    }

    [Fact]
    public async Task Records_of_two_masters_by_turns_are_refused()
    {
        await CopyAsync();
        var (number, writer, _) = await LastAsync();
        // The same record again of another master, and once more of the first.
        foreach (var (next, by) in ((long, string)[])[(number + 1, "another"), (number + 2, writer)])
        {
            await ExecuteAsync(
                $"""
                CREATE TEMP TABLE planted AS SELECT * FROM journal WHERE {Last};
                UPDATE planted SET ordering = (SELECT max(ordering) + 1 FROM journal), sequence_number = $next, writer_uuid = $by;
                INSERT INTO journal SELECT * FROM planted
                """,
                ("$next", next), ("$by", by));
        }
        await AssertRefusedAsync("holds records that two masters have written by turns");
    }

    /// <summary>A node on the journal ends, says why, and has written nothing.</summary>
    private async Task AssertRefusedAsync(string words)
    {
        var planted = await LastAsync();
        var configuration = Path.Combine(folder, "node.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            mapreduce {
              node { name = "late", port = 0, folder = "{{folder}}/late" }
              http { port = 0, token-file = "{{shared.Cluster.State}}/token" }
              journal.connection = "Data Source={{Journal}}"
            }
            """);
        var (code, output, error) = Mr.Run("node", "start", "--local", "--config", configuration);
        Assert.True(code == 6, $"{code}: {output}{error}");
        Assert.Contains($"The journal of the job master {words}", error.Trim().Split('\n')[^1], StringComparison.Ordinal);
        var left = await LastAsync();
        Assert.Equal((planted.Number, planted.Writer), (left.Number, left.Writer));
        Assert.Equal(planted.Message, left.Message);
    }

    /// <summary>Copies the journal of the cluster, which is in use.</summary>
    private async Task CopyAsync()
    {
        await using var connection = await OpenAsync(Path.Combine(shared.Cluster.State, "journal.db"));
        await using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $copy";
        command.Parameters.AddWithValue("$copy", Journal);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The last record of the job master.</summary>
    private async Task<(long Number, string Writer, byte[] Message)> LastAsync()
    {
        await using var connection = await OpenAsync(Journal);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT sequence_number, writer_uuid, message FROM journal WHERE {Last}";
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        return (row.GetInt64(0), row.GetString(1), await row.GetFieldValueAsync<byte[]>(2));
    }

    private async Task ExecuteAsync(string text, params (string Name, object Value)[] parameters)
    {
        await using var connection = await OpenAsync(Journal);
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<SqliteConnection> OpenAsync(string journal)
    {
        var connection = new SqliteConnection($"Data Source={journal};Pooling=False");
        await connection.OpenAsync();
        return connection;
    }
}
