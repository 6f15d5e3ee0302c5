using System.Data.Common;
using Akka.Configuration;
using MapReduce.Confinement;
using MapReduce.Coordination;
using MapReduce.Master;
using MapReduce.Node.Security;
using MapReduce.Storage;
using MapReduce.Worker;

namespace MapReduce.Node.Configuration;

/// <summary>What a node's configuration says, checked.</summary>
public sealed record NodeSettings
{
    private const int Version = 1;
    private const int ShortestToken = 16;
    private const int ShortestKey = 32;

    /// <summary>The whole configuration.</summary>
    public required Config Config { get; init; }

    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the job master may live here.</summary>
    public bool IsMaster { get; init; }

    /// <summary>Whether tasks run here.</summary>
    public bool IsWorker { get; init; }

    /// <summary>The address that others reach the node at.</summary>
    public required string Host { get; init; }

    /// <summary>The port for messages between nodes.</summary>
    public int Port { get; init; }

    /// <summary>The port for data between nodes.</summary>
    public int DataPort { get; init; }

    /// <summary>The port for HTTP of users.</summary>
    public int HttpPort { get; init; }

    /// <summary>The folder for everything that the node keeps.</summary>
    public required string Folder { get; init; }

    /// <summary>The nodes to join.</summary>
    public IReadOnlyList<string> Seeds { get; init; } = [];

    /// <summary>The secret of the cluster.</summary>
    public required string Token { get; init; }

    /// <summary>The file with the users beside the owner of the cluster; empty for none.</summary>
    public string UsersFile { get; init; } = "";

    /// <summary>Who else knows users; null where nobody does.</summary>
    public IdentityProviderSettings? IdentityProvider { get; init; }

    /// <summary>How many calls a second the node takes.</summary>
    public required PaceSettings Pace { get; init; }

    /// <summary>Names under which the API may be called.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The certificates, under which all messages between nodes travel.</summary>
    public required TlsFiles Tls { get; init; }

    /// <summary>Whether they are in no file, so that no other node can know this one.</summary>
    public bool IsAlone => Tls.Own is null;

    /// <summary>Whether HTTP travels under them as well.</summary>
    public bool HttpTls { get; init; }

    /// <summary>What is asked of other nodes beside that.</summary>
    public required PeerSettings Peers { get; init; }

    /// <summary>How many tasks run at a time.</summary>
    public int Slots { get; init; }

    /// <summary>sqlite or postgresql.</summary>
    public required string JournalProvider { get; init; }

    /// <summary>How to reach the journal's database.</summary>
    public required string JournalConnection { get; init; }

    /// <summary>The connections to stores that jobs may use.</summary>
    public Connections Connections { get; init; } = Connections.None;

    /// <summary>How long a node that is told to go may take.</summary>
    public TimeSpan Drain { get; init; }

    /// <summary>What holds for a job that does not say otherwise.</summary>
    public required JobDefaults Job { get; init; }

    /// <summary>What is exported, and where.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>How the node logs.</summary>
    public LogSettings Log { get; init; } = new(Json: false, Microsoft.Extensions.Logging.LogLevel.Information);

    /// <summary>Where it writes who has changed what.</summary>
    public required AuditSettings Audit { get; init; }

    /// <summary>How the job master works.</summary>
    public required MasterSettings Master { get; init; }

    /// <summary>How tasks are run here.</summary>
    public required WorkerSettings Worker { get; init; }

    /// <summary>The same settings with parties to the commit of jobs beside the files.</summary>
    public NodeSettings With(IReadOnlyList<ICommitParticipant> participants) => this with { Master = Master with { Participants = participants } };

    /// <summary>The same settings with further files and folders that no job reaches.</summary>
    public NodeSettings Closing(IEnumerable<string> places) => this with { Worker = Worker with { Confinement = Worker.Confinement with { Closed = [.. Worker.Confinement.Closed, .. places] } } };

    /// <summary>The beginning of the node's URLs for users.</summary>
    public string HttpAddress => $"{(HttpTls ? "https" : "http")}://{UriHost}:{HttpPort}/";

    /// <summary>The beginning of its URLs for other nodes.</summary>
    public string DataAddress => $"https://{UriHost}:{DataPort}/";

    private string UriHost => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;

    /// <summary>Whether the address of the node is one that only this machine can reach.</summary>
    public bool IsLoopback => Host == "localhost" || (System.Net.IPAddress.TryParse(Host, out var address) && System.Net.IPAddress.IsLoopback(address));

    /// <summary>Reads the settings of a node.</summary>
    /// <param name="config">From <see cref="NodeConfiguration"/>.</param>
    /// <param name="takesPorts">Whether the ports have to be free, as for a start: not for a look at the settings of a node that may run.</param>
    /// <exception cref="ConfigurationException">A setting is missing or makes no sense.</exception>
    public static NodeSettings Read(Config config, bool takesPorts = true)
    {
        try
        {
            return ReadChecked(config.GetConfig("mapreduce"), config, takesPorts);
        }
        catch (Exception exception) when (exception is not ConfigurationException)
        {
            throw new ConfigurationException($"The configuration cannot be read: {exception.Message} hocon/reference.conf says what each setting may be.", exception);
        }
    }

    private static NodeSettings ReadChecked(Config config, Config whole, bool takesPorts)
    {
        if (config.GetInt("version") != Version) throw new ConfigurationException($"mapreduce.version is {config.GetInt("version")}, and this program reads version {Version}.");
        var host = config.GetString("node.host");
        var chosen = new HashSet<int>();
        var port = PortOf("node.port", config.GetInt("node.port"), Ports.AddressOf);
        // Nobody can have written a rule for the other where one of them is any.
        var dataPort = PortOf("node.data-port", config.GetInt("node.port") == 0 ? 0 : config.GetInt("node.data-port"), Transport.AddressOf);
        var httpPort = PortOf("http.port", config.GetInt("http.port"), Transport.AddressOf);
        var name = config.GetString("node.name") is { Length: > 0 } given ? given : $"{host}-{port}";
        var folder = Required(config, "node.folder");
        var roles = config.GetStringList("node.roles");
        if (roles.Except(["master", "worker"]).FirstOrDefault() is { } unknown) throw new ConfigurationException($"mapreduce.node.roles has '{unknown}'. A role is master or worker.");
        var tls = TlsFiles.Read(config.GetString("tls.authority"), config.GetString("tls.certificate"), config.GetString("tls.key"));
        var slots = config.GetInt("worker.slots") is > 0 and var number ? number : Environment.ProcessorCount;
        var settings = new NodeSettings
        {
            Config = whole,
            Name = name,
            IsMaster = roles.Contains("master"),
            IsWorker = roles.Contains("worker"),
            Host = host,
            Port = port,
            DataPort = dataPort,
            HttpPort = httpPort,
            Folder = Path.GetFullPath(folder),
            Seeds = [.. config.GetStringList("cluster.seeds")],
            Token = ReadSecret(Required(config, "http.token-file"), "token file", "http.token-file", ShortestToken),
            UsersFile = ReadUsersFile(config),
            IdentityProvider = IdentityProviderSettings.Read(config.GetConfig("http.jwt")),
            Pace = PaceSettings.Read(config.GetConfig("http.pace")),
            Names = [.. config.GetStringList("http.names")],
            Tls = tls ?? NodeCertificate.OfOneAlone(),
            Peers = PeerSettings.Read(config.GetConfig("tls")),
            HttpTls = tls is not null && config.GetBoolean("http.tls"),
            Slots = roles.Contains("worker") ? slots : 0,
            JournalProvider = config.GetString("journal.provider"),
            JournalConnection = config.GetString("journal.connection"),
            Drain = config.GetTimeSpan("shutdown.drain"),
            Connections = ReadConnections(config),
            Job = new JobDefaults(config.GetInt("job.attempts"), config.GetTimeSpan("job.timeout"), Bytes(config, "job.memory"), Bytes(config, "job.memory-limit"), Bytes(config, "job.split"))
            {
                NonDeterminism = JobDefaults.ReadNonDeterminism(config.GetString("job.non-determinism")) ?? throw new ConfigurationException($"mapreduce.job.non-determinism is '{config.GetString("job.non-determinism")}'. It may be fail or warn."),
            },
            Master = ReadMaster(config) with { Node = name },
            Telemetry = TelemetrySettings.Read(config.GetConfig("telemetry")),
            Log = LogSettings.Read(config.GetConfig("log")),
            Audit = AuditSettings.Read(config.GetConfig("audit"), Path.GetFullPath(folder)),
            Worker = new WorkerSettings { Node = name, Address = "", Folder = Path.GetFullPath(folder), ExecutorCommand = [] },
        };
        if (!settings.IsLoopback && tls is null)
            throw new ConfigurationException($"The node listens at {host}, beyond this machine, and has no certificates, so it does not start. Make them with mr certificate create and set mapreduce.tls.authority, certificate and key; or set mapreduce.node.host to 127.0.0.1.");
        if (!settings.IsLoopback && !settings.HttpTls)
            throw new ConfigurationException($"The node listens at {host}, beyond this machine, and mapreduce.http.tls is off, so it does not start. Set it on; or set mapreduce.node.host to 127.0.0.1.");
        if (tls is null && settings.Seeds.FirstOrDefault(seed => seed != $"{host}:{port}") is { } other)
            throw new ConfigurationException($"mapreduce.cluster.seeds names {other}, and this node has no certificates, by which nodes know each other. Make them with mr certificate create and set mapreduce.tls.authority, certificate and key; or let this node be alone, with seeds = [].");
        if (settings.JournalProvider is not ("sqlite" or "postgresql")) throw new ConfigurationException($"mapreduce.journal.provider is '{settings.JournalProvider}'. It may be sqlite or postgresql.");
        return settings with { Worker = ReadWorker(config, settings) };

        int PortOf(string key, int wanted, Func<string, System.Net.IPAddress> addressOf)
        {
            if (wanted != 0 && !chosen.Add(wanted)) throw new ConfigurationException($"mapreduce.{key} is {wanted}, and so is another port of this node. Give each of node.port, node.data-port and http.port a number of its own.");
            if (!takesPorts) return wanted;
            int port;
            // One that is free may have been chosen a moment ago.
            do port = Ports.Choose(wanted, host, addressOf, $"mapreduce.{key}");
            while (wanted == 0 && !chosen.Add(port));
            return port;
        }
    }

    /// <summary>Those of the configuration, and of the node's environment where the configuration has none of the name.</summary>
    private static Connections ReadConnections(Config config)
    {
        const string Key = "connections";
        var named = config.HasPath(Key) && config.GetValue(Key) is { } value && value.IsObject()
            ? value.GetObject().Items.Select(item => KeyValuePair.Create(item.Key, item.Value.GetString()))
            : [];
        return Connections.Of(named, Connections.FromEnvironment());
    }

    private static MasterSettings ReadMaster(Config config) => new()
    {
        LeaseDuration = config.GetTimeSpan("master.lease"),
        TickInterval = config.GetTimeSpan("master.tick-interval"),
        SlotAbsence = config.GetTimeSpan("master.slot-absence"),
        RecoverInterval = config.GetTimeSpan("master.recover-interval"),
        SnapshotEvents = config.GetInt("master.snapshot-events"),
        ChecksParts = config.GetString("master.check-parts") switch
        {
            "length" => false,
            "hash" => true,
            var other => throw new ConfigurationException($"mapreduce.master.check-parts is '{other}'. It may be length or hash."),
        },
        KeptChanges = config.GetInt("retention.changes"),
        History = new HistoryPolicy { Jobs = config.GetInt("retention.jobs"), Age = config.GetTimeSpan("retention.age"), Bytes = Bytes(config, "retention.jobs-size") },
        Scheduling = new SchedulingPolicy { SpeculationFactor = config.GetDouble("master.speculation-factor"), SpeculationMinimum = config.GetTimeSpan("master.speculation-minimum"), LocalityWait = config.GetTimeSpan("master.locality-wait") },
        Health = new HealthPolicy { Failures = config.GetInt("master.quarantine-failures"), StorageFailures = config.GetInt("master.quarantine-storage-failures"), Quarantine = config.GetTimeSpan("master.quarantine"), LongestQuarantine = config.GetTimeSpan("master.quarantine-longest") },
    };

    private static WorkerSettings ReadWorker(Config config, NodeSettings settings) => new()
    {
        Node = settings.Name,
        Address = settings.DataAddress,
        Folder = settings.Folder,
        Slots = settings.Slots,
        ExecutorCommand = config.GetStringList("executor.command") is { Count: > 0 } command ? [.. command] : ExecutorCommand.OfThisProgram,
        ExecutorVariables = [.. config.GetStringList("executor.environment")],
        Confinement = ReadConfinement(config, settings),
        Niceness = config.GetInt("executor.niceness"),
        SpareExecutors = config.GetInt("executor.spares"),
        KillDelay = config.GetTimeSpan("executor.kill-delay"),
        MemoryCheckInterval = config.GetTimeSpan("executor.memory-interval"),
        MostThreads = config.GetInt("executor.threads"),
        LogBytes = Bytes(config, "executor.log-size"),
        RequestInterval = config.GetTimeSpan("worker.request-interval"),
        RenewInterval = config.GetTimeSpan("worker.renew-interval"),
        Solitude = config.GetTimeSpan("worker.solitude"),
        InventoryInterval = config.GetTimeSpan("worker.inventory-interval"),
        LogAge = config.GetTimeSpan("retention.logs"),
        LogStoreBytes = Bytes(config, "retention.logs-size"),
        BlobBytes = Bytes(config, "retention.packages"),
        BlobAge = config.GetTimeSpan("retention.packages-age"),
        PackageBytes = Bytes(config, "packages.size-limit"),
        PackageContentBytes = Bytes(config, "packages.content-limit"),
        Keys = ReadKeys(config, settings),
        Signers = SignerFiles.Read(config.GetStringList("packages.signers")),
        ShortCircuit = config.GetBoolean("shuffle.short-circuit"),
        Connections = settings.Connections,
    };

    private static JobKeys ReadKeys(Config config, NodeSettings settings)
        => new(config.GetString("storage.key-file") is { Length: > 0 } file ? ReadSecret(file, "key file", "storage.key-file", ShortestKey) : settings.Token, config.GetBoolean("storage.encryption"));

    private static ConfinementSettings ReadConfinement(Config config, NodeSettings settings) => new()
    {
        Isolation = config.GetString("executor.isolation") switch
        {
            "none" => Isolation.None,
            "standard" => Isolation.Standard,
            "strict" => Isolation.Strict,
            "required-strict" => Isolation.RequiredStrict,
            var other => throw new ConfigurationException($"mapreduce.executor.isolation is '{other}'. It may be none, standard, strict or required-strict."),
        },
        Storage = [.. config.GetStringList("executor.storage").Select(place => FullPath(place, "executor.storage"))],
        Network = config.GetString("executor.network") switch
        {
            "on" => true,
            "off" => false,
            "connections" => settings.Connections.Reveal().Any(),
            var other => throw new ConfigurationException($"mapreduce.executor.network is '{other}'. It may be on, off or connections."),
        },
        Closed = [.. config.GetStringList("executor.closed").Select(place => FullPath(place, "executor.closed")), .. Secrets(config, settings.Audit)],
    };

    /// <summary>The files by which others would be the node, or change what it remembers.</summary>
    private static IEnumerable<string> Secrets(Config config, AuditSettings audit)
    {
        // As SQLite names the file in a connection, and what it puts beside it.
        string[] names = ["Data Source", "DataSource", "Filename"];
        string[] endings = ["", "-wal", "-shm", "-journal"];
        List<string> files = [config.GetString("http.token-file"), config.GetString("http.users-file"), .. audit.All, config.GetString("tls.certificate"), config.GetString("tls.key"), config.GetString("storage.key-file"), .. config.GetStringList("packages.signers")];
        var connection = new DbConnectionStringBuilder { ConnectionString = config.GetString("journal.connection") };
        if (config.GetString("journal.provider") == "sqlite") files.AddRange(from name in names where connection.ContainsKey(name) from ending in endings select $"{connection[name]}{ending}");
        return files.Where(file => file.Length > 0).Select(Path.GetFullPath);
    }

    private static string FullPath(string place, string key)
        => Path.IsPathRooted(place) ? Path.GetFullPath(place) : throw new ConfigurationException($"mapreduce.{key} names '{place}', which is no full path. Begin it with the root of the file system.");

    private static string Required(Config config, string key)
        => config.GetString(key) is { Length: > 0 } value ? value : throw new ConfigurationException($"mapreduce.{key} is not set, and a node needs it. See hocon/reference.conf.");

    private static long Bytes(Config config, string key) => config.GetByteSize(key) ?? throw new ConfigurationException($"mapreduce.{key} is no size. Write it as 256MiB.");

    /// <exception cref="ConfigurationException">The file is there, and cannot be used as it is.</exception>
    private static string ReadUsersFile(Config config)
    {
        var file = config.GetString("http.users-file");
        if (file.Length > 0) _ = UserFile.Read(file);
        return file;
    }

    private static string ReadSecret(string file, string what, string key, int shortest)
    {
        if (!File.Exists(file)) throw new ConfigurationException($"There is no {what} '{file}' (mapreduce.{key}). Make one: a random text that only its owner may read.");
        PrivateFiles.Require(file, what);
        var secret = File.ReadAllText(file).Trim();
        return secret.Length >= shortest ? secret : throw new ConfigurationException($"The text in the {what} '{file}' (mapreduce.{key}) has {secret.Length} characters, and needs at least {shortest}. Make one: a random text that only its owner may read.");
    }
}

/// <summary>What holds for a job that does not say otherwise.</summary>
/// <param name="Attempts">How many attempts at a task may fail.</param>
/// <param name="Timeout">How long an attempt may make no progress.</param>
/// <param name="Memory">The memory of a task for buffers and tables, in bytes.</param>
/// <param name="MemoryLimit">The memory at which an executor is stopped, in bytes.</param>
/// <param name="Split">The target size of a split, in bytes.</param>
public sealed record JobDefaults(int Attempts, TimeSpan Timeout, long Memory, long MemoryLimit, long Split)
{
    /// <summary>What follows where the same map task makes two different outputs.</summary>
    public NonDeterminism NonDeterminism { get; init; }

    /// <summary>Reads <c>fail</c> or <c>warn</c>; null for anything else.</summary>
    public static NonDeterminism? ReadNonDeterminism(string text) => text switch
    {
        "fail" => NonDeterminism.Fail,
        "warn" => NonDeterminism.Warn,
        _ => null,
    };
}
