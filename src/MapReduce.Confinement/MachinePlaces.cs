namespace MapReduce.Confinement;

/// <summary>Where Linux keeps what every program needs, and what is nobody's data.</summary>
public static class MachinePlaces
{
    /// <summary>Programs, libraries, and what the runtime and common tools look up: of <c>/etc</c> no more than that, because passwords lie there, too.</summary>
    public static IReadOnlyList<string> Readable { get; } =
    [
        "/bin", "/lib", "/lib32", "/lib64", "/nix/store", "/opt", "/sbin", "/snap", "/usr",
        "/proc", "/sys/devices/system", "/sys/fs/cgroup",
        "/etc/alternatives", "/etc/ca-certificates", "/etc/crypto-policies", "/etc/dotnet", "/etc/fonts", "/etc/gai.conf", "/etc/group", "/etc/host.conf", "/etc/hosts", "/etc/ld.so.cache",
        "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload", "/etc/locale.alias", "/etc/localtime", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/os-release", "/etc/passwd",
        "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/pki/tls/openssl.cnf", "/etc/protocols", "/etc/resolv.conf", "/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf",
        "/etc/terminfo", "/etc/timezone",
    ];

    /// <summary>Devices that give or take bytes.</summary>
    public static IReadOnlyList<string> Devices { get; } = ["/dev/full", "/dev/null", "/dev/random", "/dev/urandom", "/dev/zero"];

    /// <summary>The system's own folders, which are no storage because <c>/</c> is.</summary>
    public static IReadOnlyList<string> OfTheSystem { get; } =
        ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/nix", "/opt", "/proc", "/run", "/sbin", "/snap", "/sys", "/usr", "/var"];

    /// <summary>How files of .NET begin, among the temporary ones, by which a debugger reaches a process.</summary>
    public static IReadOnlyList<string> Debugging { get; } = ["clr-debug-pipe-", "dotnet-diagnostic-"];
}
