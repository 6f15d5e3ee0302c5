using MapReduce.Sdk;

namespace MapReduce.PostgresJobs;

/// <summary>Stands still between having prepared and reporting it, until the test opens a gate.</summary>
internal sealed class GatedSink<TKey, TValue>(RowSink<TKey, TValue> inner, string gate) : RowSink<TKey, TValue>
{
    public override string Participant => inner.Participant;

    public override string Connection => inner.Connection;

    public override string Target => inner.Target;

    public override void Check(StoreContext context, int prepared) => inner.Check(context, prepared);

    public override RowSinkWriter<TKey, TValue> Open(StoreContext context) => new Writer(inner.Open(context), gate, context.Attempt);

    private sealed class Writer(RowSinkWriter<TKey, TValue> inner, string gate, string attempt) : RowSinkWriter<TKey, TValue>
    {
        public override void Write(TKey key, TValue value) => inner.Write(key, value);

        public override void Keep() => inner.Keep();

        public override void TakeBack() => inner.TakeBack();

        public override string Prepare()
        {
            var ticket = inner.Prepare();
            using var opened = new ManualResetEventSlim(false);
            using var watcher = new FileSystemWatcher(gate, "open");
            watcher.Created += (_, _) => opened.Set();
            watcher.EnableRaisingEvents = true;
            File.WriteAllText(Path.Combine(gate, attempt), $"{Environment.ProcessId}");
            if (!File.Exists(Path.Combine(gate, "open"))) opened.Wait();
            return ticket;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
        }
    }
}
