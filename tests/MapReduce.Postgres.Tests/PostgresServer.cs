using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Npgsql;

namespace MapReduce.Postgres.Tests;

/// <summary>A PostgreSQL server of the test's own, in a temporary folder, as a user that is not root. Leaves no process and no file.</summary>
public sealed partial class PostgresServer : IDisposable
{
    private const int Kill = 9;
    private const int Interrupt = 2;
    public const string Password = "correct-horse";

    private readonly string folder = Directory.CreateTempSubdirectory("mapreduce-postgres-").FullName;
    private readonly string[] settings;
    private Process? process;

    public PostgresServer(params string[] settings)
        : this(settings, network: null)
    {
    }

    private PostgresServer(string[] settings, string? network)
        : this(settings, isStandby: false)
    {
        File.WriteAllText(Path.Combine(folder, "password"), Password);
        if (IsRoot) Run("chown", "-R", "postgres", folder);
        Run([.. AsUser, Path.Combine(Programs!, "initdb"), "-D", Data, "--username=mapreduce", $"--pwfile={Path.Combine(folder, "password")}", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]);
        if (network is not null) File.AppendAllText(Path.Combine(Data, "pg_hba.conf"), $"host all all {network} scram-sha-256\n");
        Start();
    }

    private PostgresServer(string[] settings, bool isStandby)
    {
        this.settings = isStandby ? [.. settings, "hot_standby=on"] : settings;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A server that machines of a network reach as well.</summary>
    public static PostgresServer On(string network) => new(["listen_addresses=*"], network);

    /// <summary>The folder of the server's programs; null where it is not installed.</summary>
    public static string? Programs { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Concat(Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(path => path, StringComparer.Ordinal).Select(path => Path.Combine(path, "bin")) : [])
        .FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")) && File.Exists(Path.Combine(path, "postgres")));

    /// <summary>Why there can be no such server here; null where there can.</summary>
    public static string? Missing => !OperatingSystem.IsLinux() ? "The test starts a server as it is done on Linux."
        : Programs is null ? "There is no PostgreSQL: initdb and postgres are neither on the PATH nor under /usr/lib/postgresql. Install it: apt-get install postgresql." : null;

    public int Port { get; }

    public string ConnectionString => ConnectionStringAt(Port);

    /// <summary>How to connect to the server by way of another port.</summary>
    public string ConnectionStringAt(int port) => ConnectionStringAt("127.0.0.1", port);

    /// <summary>How to connect to the server at another address of this machine.</summary>
    public string ConnectionStringOn(string host) => ConnectionStringAt(host, Port);

    private static string ConnectionStringAt(string host, int port) => $"Host={host};Port={port};Database=postgres;Username=mapreduce;Password={Password}";

    private string Data => Path.Combine(folder, "data");

    private static bool IsRoot => Environment.UserName == "root";

    private static string[] AsUser => IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    /// <summary>Starts the server, and waits until it answers.</summary>
    public void Start()
    {
        string[] command = [.. AsUser, Path.Combine(Programs!, "postgres"), "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", folder, "-h", "127.0.0.1",
            "-c", "fsync=off", "-c", "max_connections=200", "-c", "max_prepared_transactions=64", .. settings.SelectMany(setting => (string[])["-c", setting])];
        process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        Await();
    }

    /// <summary>Waits until the server answers.</summary>
    public void Await()
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Execute("SELECT 1");
                return;
            }
            catch (Exception exception) when (exception is NpgsqlException or IOException && patience.Elapsed < Patience.Limit && !process!.HasExited)
            {
                Thread.Yield();
            }
        }
    }

    /// <summary>Makes and starts a standby of this server, without which nothing is committed from then on.</summary>
    public PostgresServer StartStandby()
    {
        var standby = new PostgresServer(settings, isStandby: true);
        if (IsRoot) Run("chown", "-R", "postgres", standby.folder);
        Run([.. AsUser, Beside("pg_basebackup"), "-D", standby.Data, "-R", "-X", "stream", "-c", "fast", "-d", $"postgresql://mapreduce:{Password}@127.0.0.1:{Port}/postgres?application_name=standby"]);
        standby.Start();
        Execute("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        Execute("SELECT pg_reload_conf()");
        var patience = Stopwatch.StartNew();
        while (Scalar<long>("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 0)
            if (patience.Elapsed > Patience.Limit) throw new InvalidOperationException("The standby does not follow.");
        return standby;
    }

    /// <summary>Makes a standby the server that all write to.</summary>
    public void Promote()
    {
        if (!Scalar<bool>("SELECT pg_promote(true, 600)")) throw new InvalidOperationException("The standby is not promoted.");
    }

    /// <summary>Kills the server and all its processes at once, as a machine that loses its power.</summary>
    public void Crash()
    {
        process!.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <summary>Ends the server as an operator would who is in a hurry.</summary>
    public void Stop()
    {
        _ = Send(process!.Id, Interrupt);
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    public int Execute(string sql)
    {
        using var connection = Open();
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteNonQuery();
    }

    public T Scalar<T>(string sql)
    {
        using var connection = Open();
        using var command = new NpgsqlCommand(sql, connection);
        return (T)command.ExecuteScalar()!;
    }

    public List<string> Rows(string sql)
    {
        using var connection = Open();
        using var command = new NpgsqlCommand(sql, connection);
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read()) rows.Add(string.Join('\t', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return rows;
    }

    /// <summary>What is prepared and neither committed nor given up.</summary>
    public List<string> Prepared() => Rows("SELECT gid FROM pg_prepared_xacts ORDER BY gid");

    /// <summary>Kills a process of the server, rather one that serves a job; the server then ends all sessions and recovers.</summary>
    public void KillBackend()
    {
        var backend = Scalar<int>("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() ORDER BY application_name LIKE 'mapreduce%' DESC, random() LIMIT 1");
        _ = Send(backend, Kill);
    }

    public NpgsqlConnection Open()
    {
        var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false;Timeout={Patience.Limit.TotalSeconds};Command Timeout={Patience.Limit.TotalSeconds};Application Name=test");
        connection.Open();
        return connection;
    }

    public void Dispose()
    {
        if (process is not null) Stop();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>A program of the same installation, of which the path may have links to some programs only.</summary>
    private static string Beside(string program)
    {
        var server = Path.Combine(Programs!, "postgres");
        return Path.Combine(Path.GetDirectoryName(File.ResolveLinkTarget(server, returnFinalTarget: true)?.FullName ?? server)!, program);
    }

    private static void Run(params string[] command)
    {
        using var running = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = running.StandardOutput.ReadToEndAsync();
        var error = running.StandardError.ReadToEnd();
        running.WaitForExit();
        if (running.ExitCode != 0) throw new InvalidOperationException($"{command[0]}: {error} {output.Result}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
