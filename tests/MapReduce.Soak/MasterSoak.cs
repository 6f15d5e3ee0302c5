using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using LinqToDB;
using MapReduce.Master;
using MapReduce.Node;
using MapReduce.Node.Configuration;
using MapReduce.Node.Security;
using MapReduce.Protocol;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Work;

namespace MapReduce.Soak;

/// <summary>A job of very many tasks through the real job master, serializer, remoting and SQLite file; only the slots are simulated, in another actor system.</summary>
internal static class MasterSoak
{
    private const int Nodes = 8;
    private const int SlotsOfNode = 8;
    private const double LeastPerSecond = 5000;
    private const double MostBytes = 1024;
    private static readonly TimeSpan LongestRecovery = TimeSpan.FromSeconds(5);

    public static async Task<Outcome> RunAsync(int tasks)
    {
        var folder = Directory.CreateTempSubdirectory("mapreduce-soak-").FullName;
        try
        {
            var reduces = Math.Max(1, tasks / 100);
            var maps = tasks - reduces;
            var (rate, bytes) = await RunJobAsync(folder, maps, reduces, tasks);
            var recovery = await RecoverAsync(folder, maps, reduces);
            var journal = (double)new FileInfo(Path.Combine(folder, "journal.db")).Length / tasks;
            return new Outcome(
                string.Create(CultureInfo.InvariantCulture, $"{tasks} tasks: {rate:0} completions a second, {bytes:0} bytes of memory a task, {journal:0} bytes of journal a task, recovered before its last task in {recovery.TotalSeconds:0.00} s"),
                string.Create(CultureInfo.InvariantCulture, $"{LeastPerSecond} a second, {MostBytes} bytes, {LongestRecovery.TotalSeconds} s"),
                rate >= LeastPerSecond && bytes < MostBytes && recovery < LongestRecovery);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Rate, double Bytes)> RunJobAsync(string folder, int maps, int reduces, int tasks)
    {
        using var system = Start(folder, "master");
        using var workers = Start(folder, "workers");
        var (master, job) = await SubmitAsync(system, folder, "out");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        StartSlots(system, workers, maps, reduces);
        var lastMemory = 0L;
        var status = await EndedAsync(master, job, status =>
        {
            if (lastMemory == 0 && status.Stages.Count > 0 && status.Stages[0].ReducesDone > 0) lastMemory = GC.GetTotalMemory(forceFullCollection: true);
        });
        var seconds = watch.Elapsed.TotalSeconds;
        if (status.Phase != "succeeded" || status.Stages[0].MapsDone != maps || status.Counters[0].Value != 654_321L * tasks)
            throw new InvalidOperationException($"The job ended as {status}.");
        await Task.WhenAll(system.Terminate(), workers.Terminate());
        return (tasks / seconds, (double)(lastMemory - before) / tasks);
    }

    /// <summary>The time from the start of a master to its first grant, in a job of which all but the reduce tasks are done.</summary>
    private static async Task<TimeSpan> RecoverAsync(string folder, int maps, int reduces)
    {
        string job;
        using (var system = Start(folder, "second"))
        {
            using var workers = Start(folder, "workers");
            (var master, job) = await SubmitAsync(system, folder, "again");
            StartSlots(system, workers, maps, reduces);
            await UntilAsync(master, job, status => status.Stages.Count > 0 && status.Stages[0].MapsDone == maps);
            await Task.WhenAll(system.Terminate(), workers.Terminate());
        }
        using var third = Start(folder, "third");
        var watch = Stopwatch.StartNew();
        var recovered = StartMaster(third, folder);
        var status = (await recovered.Ask<JobAnswer>(new JobQuery { Job = job }, TimeSpan.FromMinutes(1))).Status;
        var time = watch.Elapsed;
        if (status.Stages[0].MapsDone != maps) throw new InvalidOperationException($"The job was recovered as {status}.");
        await third.Terminate();
        return time;
    }

    private static async Task<(IActorRef Master, string Job)> SubmitAsync(ActorSystem system, string folder, string output)
    {
        var master = StartMaster(system, folder);
        var spec = new JobSpec
        {
            Id = Guid.NewGuid().ToString("n"),
            Name = "simulated",
            Output = Path.Combine(folder, output),
            Attempts = 4,
            Priority = 1,
            Order = new JobOrder { Package = new string('p', 64), Assembly = "WordCount.dll", Settings = new Protocol.Execution.Settings(), Inputs = { "/data/input" }, Holders = { "http://node-1/", "http://node-2/" } },
        };
        return (master, (await master.Ask<Submitted>(new Submit { Spec = spec }, TimeSpan.FromSeconds(30))).Job);
    }

    private static IActorRef StartMaster(ActorSystem system, string folder)
    {
        var history = new JournalHistory(system, new DataOptions().UseConnectionString(AkkaConfiguration.Sqlite, Connection(folder)));
        Action<string, bool> onEnd = (reason, _) => Console.Error.WriteLine($"The master ended: {reason}");
        var settings = new MasterSettings { SlotAbsence = TimeSpan.FromMinutes(10) };
        var master = system.ActorOf(Props.Create(() => new JobMaster(settings, history, ActorRefs.Nobody, null, onEnd)), "job-master");
        master.Tell(new Membership(Enumerable.Range(0, Nodes).Select(node => new NodeMember(new WorkerId($"node-{node}", 1), new NodeDescription($"node-{node}", $"http://node-{node}/", $"https://node-{node}/", SlotsOfNode, "", ""), new Address(AkkaConfiguration.Protocol, AkkaConfiguration.SystemName, "127.0.0.1", 1), "up", true))
            .ToDictionary(node => node.Worker)));
        return master;
    }

    private static void StartSlots(ActorSystem system, ActorSystem workers, int maps, int reduces)
    {
        var address = ((ExtendedActorSystem)system).Provider.DefaultAddress;
        var master = workers.ActorSelection(new RootActorPath(address) / "user" / "job-master");
        for (var number = 0; number < Nodes * SlotsOfNode; number++)
        {
            var (node, slot) = ($"node-{number % Nodes}", number);
            workers.ActorOf(Props.Create(() => new SimulatedSlot(master, node, slot, maps, reduces)));
        }
    }

    private static async Task<JobStatus> EndedAsync(IActorRef master, string job, Action<JobStatus> look)
        => await UntilAsync(master, job, status =>
        {
            look(status);
            return status.Ended != 0;
        });

    private static async Task<JobStatus> UntilAsync(IActorRef master, string job, Func<JobStatus, bool> isThere)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (await pause.WaitForNextTickAsync())
        {
            var status = (await master.Ask<JobAnswer>(new JobQuery { Job = job }, TimeSpan.FromMinutes(1))).Status;
            if (isThere(status)) return status;
        }
        throw new InvalidOperationException("The timer has ended.");
    }

    private static string Connection(string folder) => $"Data Source={Path.Combine(folder, "journal.db")}";

    private static ActorSystem Start(string folder, string name)
    {
        var authority = new ClusterAuthority(Path.Combine(folder, "certificates"));
        var (certificate, key) = authority.Renew(name, ["127.0.0.1"]);
        PrivateFiles.Write(Path.Combine(folder, "token"), new string('t', 32));
        var overlay = NodeConfiguration.Parse($$"""
            mapreduce {
              node { name = "{{name}}", port = 0, folder = "{{Path.Combine(folder, name)}}" }
              http { port = 0, token-file = "{{Path.Combine(folder, "token")}}", tls = off }
              tls { authority = "{{authority.CertificateFile}}", certificate = "{{certificate}}", key = "{{key}}" }
              journal.connection = "{{Connection(folder)}}"
            }
            akka.loglevel = OFF
            """, name);
        var settings = NodeSettings.Read(NodeConfiguration.Over(NodeConfiguration.Load([]), overlay, name).WithFallback(NodeConfiguration.Local));
        var config = ConfigurationFactory.ParseString("akka.loglevel = OFF").WithFallback(AkkaConfiguration.Make(settings)).WithFallback(ConfigurationFactory.Default());
        return ActorSystem.Create(AkkaConfiguration.SystemName, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config), Journal.Options(settings), Transport.Remoting(settings)));
    }
}
