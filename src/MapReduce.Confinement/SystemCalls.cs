using System.Runtime.InteropServices;

namespace MapReduce.Confinement;

/// <summary>The numbers of Linux's system calls on an architecture.</summary>
internal sealed record SystemCalls
{
    private static readonly SystemCalls OfX64 = new()
    {
        Mark = 0xC000003E,
        Seccomp = 317,
        Statx = 332,
        CloneProcess = 56,
        Socket = 41,
        SocketPair = 53,
        Control = 157,
        Limits = 302,
        Priority = 141,
        InputPriority = 251,
        Affinity = 203,
        Scheduler = 144,
        SchedulerParameters = 142,
        SchedulerAttributes = 314,
        Refused =
        [
            101, 310, 311, 312, // ptrace, process_vm_readv, process_vm_writev, kcmp
            165, 166, 155, 161, // mount, umount2, pivot_root, chroot
            308, 272, 304, // setns, unshare, open_by_handle_at
            321, 298, 323, // bpf, perf_event_open, userfaultfd
            250, 248, 249, // keyctl, add_key, request_key
            246, 320, 175, 313, 176, // kexec_load, kexec_file_load, init_module, finit_module, delete_module
            163, 167, 168, 169, 179, // acct, swapon, swapoff, reboot, quotactl
            164, 227, 159, 305, // settimeofday, clock_settime, adjtimex, clock_adjtime
            170, 171, 103, 172, 173, // sethostname, setdomainname, syslog, iopl, ioperm
            112, 109, // setsid, setpgid
            256, 279, // migrate_pages, move_pages
        ],
    };

    private static readonly SystemCalls OfArm64 = new()
    {
        Mark = 0xC00000B7,
        Seccomp = 277,
        Statx = 291,
        CloneProcess = 220,
        Socket = 198,
        SocketPair = 199,
        Control = 167,
        Limits = 261,
        Priority = 140,
        InputPriority = 30,
        Affinity = 122,
        Scheduler = 119,
        SchedulerParameters = 118,
        SchedulerAttributes = 274,
        Refused =
        [
            117, 270, 271, 272, // ptrace, process_vm_readv, process_vm_writev, kcmp
            40, 39, 41, 51, // mount, umount2, pivot_root, chroot
            268, 97, 265, // setns, unshare, open_by_handle_at
            280, 241, 282, // bpf, perf_event_open, userfaultfd
            219, 217, 218, // keyctl, add_key, request_key
            104, 294, 105, 273, 106, // kexec_load, kexec_file_load, init_module, finit_module, delete_module
            89, 224, 225, 142, 60, // acct, swapon, swapoff, reboot, quotactl
            170, 112, 171, 266, // settimeofday, clock_settime, adjtimex, clock_adjtime
            161, 162, 116, // sethostname, setdomainname, syslog
            157, 154, // setsid, setpgid
            238, 239, // migrate_pages, move_pages
        ],
    };

    // From here on new calls have the same number everywhere.
    private static readonly IReadOnlyList<uint> RefusedEverywhere =
    [
        425, 426, 427, 438, // io_uring_setup, io_uring_enter, io_uring_register, pidfd_getfd
        428, 429, 430, 431, 432, 433, 442, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
    ];

    /// <summary>How the kernel marks calls of the architecture.</summary>
    public required uint Mark { get; init; }

    /// <summary>seccomp.</summary>
    public required long Seccomp { get; init; }

    /// <summary>statx.</summary>
    public required long Statx { get; init; }

    /// <summary>clone, whose first argument says what is new.</summary>
    public required uint CloneProcess { get; init; }

    /// <summary>clone3, which keeps its arguments in memory, where no filter looks.</summary>
    public uint CloneByMemory { get; } = 435;

    /// <summary>socket, whose first argument is the family.</summary>
    public required uint Socket { get; init; }

    /// <summary>socketpair, whose second argument is the type.</summary>
    public required uint SocketPair { get; init; }

    /// <summary>prctl, whose first argument says what.</summary>
    public required uint Control { get; init; }

    /// <summary>prlimit64, whose first argument is the process.</summary>
    public required uint Limits { get; init; }

    /// <summary>setpriority, whose second argument is the process.</summary>
    public required uint Priority { get; init; }

    /// <summary>ioprio_set, whose second argument is the process.</summary>
    public required uint InputPriority { get; init; }

    /// <summary>sched_setaffinity, whose first argument is the thread.</summary>
    public required uint Affinity { get; init; }

    /// <summary>sched_setscheduler, likewise.</summary>
    public required uint Scheduler { get; init; }

    /// <summary>sched_setparam, likewise.</summary>
    public required uint SchedulerParameters { get; init; }

    /// <summary>sched_setattr, likewise.</summary>
    public required uint SchedulerAttributes { get; init; }

    /// <summary>What no job needs, whatever its arguments: to look into other processes, to change mounts and namespaces, to make the kernel's own tools work for it, to change the machine, to leave its group.</summary>
    public required IReadOnlyList<uint> Refused { get; init; }

    /// <summary>The numbers of an architecture; null where they are not known here.</summary>
    public static SystemCalls? Of(Architecture architecture) => architecture switch
    {
        Architecture.X64 => OfX64,
        Architecture.Arm64 => OfArm64,
        _ => null,
    };

    /// <summary>All that is refused whatever its arguments.</summary>
    public IEnumerable<uint> AllRefused => Refused.Concat(RefusedEverywhere);
}
