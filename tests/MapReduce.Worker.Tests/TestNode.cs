namespace MapReduce.Worker.Tests;

/// <summary>A node without a network and without executors.</summary>
internal static class TestNode
{
    public static WorkerNode Make(string folder)
        => new(new WorkerSettings { Node = "node-1", Address = "http://127.0.0.1:1/", Folder = folder, ExecutorCommand = [], SpareExecutors = 0 }, new NodeLinks(new HttpClient(), () => [], _ => ""), incarnation: 7);
}
