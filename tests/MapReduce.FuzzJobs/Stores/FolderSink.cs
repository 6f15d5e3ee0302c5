using MapReduce.FuzzJobs.Kinds;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs.Stores;

/// <summary>A store that is a folder: each attempt prepares a file with its rows, which counts when it is renamed.</summary>
/// <param name="table">What the names of its files begin with.</param>
/// <param name="key">Shows keys.</param>
/// <param name="value">Shows values.</param>
internal sealed class FolderSink<TKey, TValue>(string table, Kind<TKey> key, Kind<TValue> value) : RowSink<TKey, TValue>
    where TKey : allows ref struct
    where TValue : allows ref struct
{
    public override string Participant => FolderStore.Participant;

    public override string Connection => FolderStore.Connection;

    public override string Target => table;

    public override void Check(StoreContext context, int prepared)
    {
        if (!Directory.Exists(context.ConnectionString(Connection))) throw new StoreException(StoreError.Unusable, "The folder of the store is not there.");
    }

    public override RowSinkWriter<TKey, TValue> Open(StoreContext context) => new Writer(table, context, key, value);

    private sealed class Writer(string table, StoreContext context, Kind<TKey> key, Kind<TValue> value) : RowSinkWriter<TKey, TValue>
    {
        private readonly ByteWriter rows = new();
        private int kept;

        public override void Write(scoped TKey rowKey, scoped TValue rowValue) => FolderStore.Write(rows, key.Show(key.Close(rowKey)), value.Show(value.Close(rowValue)));

        public override void Keep() => kept = rows.Length;

        public override void TakeBack() => rows.Truncate(kept);

        public override string Prepare()
        {
            var name = $"{table}.{context.Attempt}.{context.Number}";
            File.WriteAllBytes(Path.Combine(context.ConnectionString(FolderStore.Connection), name + FolderStore.Prepared), rows.Written.ToArray());
            return name;
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

/// <summary>What the files of the store are.</summary>
internal static class FolderStore
{
    public const string Participant = "folder";
    public const string Connection = "fuzz";

    /// <summary>What the name of a file ends with that is prepared, and of one that is committed.</summary>
    public const string Prepared = ".prepared";

    public const string Committed = ".committed";

    /// <summary>Writes a row.</summary>
    public static void Write(ByteWriter rows, byte[] key, byte[] value)
    {
        rows.Write(key);
        rows.Write((byte)'\t');
        rows.Write(value);
        rows.Write((byte)'\n');
    }
}
