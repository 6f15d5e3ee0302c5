namespace MapReduce.Worker.Tests;

/// <summary>A node without executors, and without a network unless a test plays it.</summary>
internal static class TestNode
{
    public static WorkerNode Make(string folder, HttpClient? http = null)
        => new(new WorkerSettings { Node = "node-1", Address = "http://127.0.0.1:1/", Folder = folder, ExecutorCommand = [], SpareExecutors = 0 }, new NodeLinks(http ?? new HttpClient(), () => [], _ => ""), incarnation: 7);
}
