using System.Text.RegularExpressions;

namespace MapReduce.Docs.Tests;

/// <summary>What is run instead of commands that a test cannot afford. Whatever is not listed is run as it is written.</summary>
internal static class Replacements
{
    /// <summary>All of them. Several may change one line.</summary>
    public static IReadOnlyList<Replacement> All { get; } =
    [
        // The program is built already, the clone is there, and the pages share what has been run.
        Of(@"^git clone \S+ mapreduce && cd mapreduce$", "true", "`git clone REPOSITORY mapreduce`", "check `newcomer`"),
        Of(@"^\./mr run jobs/WordCount --nodes 3 .*$", "test -d jobs/WordCount", "`./mr run jobs/WordCount --nodes 3 …`", "check `newcomer`; README's page as `mr`"),
        Of(@"^\./mr ", "mr ", "`./mr …`", "check `newcomer`; here as `mr`"),
        Of(@"^dotnet run -c Release --project src/MapReduce\.Cli -- ", "mr ", "`dotnet run -c Release --project src/MapReduce.Cli -- …`", "`.ci/run`; here as `mr`"),
        Of(@"^dotnet publish (src/\S+) .*-p:PublishReadyToRun=true -o out/mr$", "test -d $1", "`dotnet publish … -o out/mr`, `export PATH=…`", "`.ci/run`, whose tests use it"),
        Of(@"^export PATH=.*/out/mr:\$PATH$", "true", "`dotnet publish … -o out/mr`, `export PATH=…`", "`.ci/run`, whose tests use it"),
        Of(@"--size 1GiB", "--size 3MB", "`mr generate text --size 1GiB …`", "check `race`; here 3 MB"),
        // The job waits until the node is dead.
        Of(@"^(mr submit .*) & sleep 3; mr cluster kill 2; wait \$!$", "touch \"$$CLONE/closed\"; $1 & submit=$$!; until [ -e \"$$CLONE/entered\" ]; do kill -0 $$submit; sleep 0.1; done; mr cluster kill 2; rm \"$$CLONE/closed\"; wait $$submit", "`mr submit … & sleep 3; mr cluster kill 2; wait $!`", "here with a job that waits for the kill instead of the `sleep`"),
        Of(@"^dotnet test(?: (out/\S+))?$", "test -d ./$1", "`dotnet test` of a new job", "`NewJobTests`, check `packages`"),
        Of(@"\bmr cluster up(?<options>(?: --nodes 3)?)(?= &&|$)", "{ mr cluster status || mr cluster up${options}; }", "`mr cluster up`", "here; pages that leave theirs up share one"),
        // The tutorial's reader edits the job, has it fail, and debugs it.
        Of(@"^mr (submit (\S+)/PageViews .*--output out/failing)$", "let-it-throw $2/PageViews/PageViews.cs; fails-with 1 mr $1", "`./mr submit … --output out/failing`", "here with the edit that the page asks for; it has to fail"),
        Of(@"^(mr job diagnose PageViews)$", "$1 | grep 'No silver.'", "`./mr job diagnose PageViews`", "here; it has to name the exception"),
        Of(@"^mr job replay (\S+) --debug$", "fails-with 1 mr job replay $1", "`mr job replay … --debug`", "`ReplayTests`, with a debugger; here without one"),
        Of(@"^mr top$", "mr top --once", "`mr top`", "`TopTests`, in a terminal; here once"),
        Of(@"^mr node start ", "start-node mr node start ", "`mr node start …`", "here until the node says that it lives; then it is told to go"),
        // What changes a machine that is not ours.
        Of(@"^(?=apt-get |editor |systemctl )", "", "`apt-get install`, `editor`, `systemctl enable --now`", "here by stand-ins that start the node as the unit says; check `packages` installs"),
        Of(@"^(?=kubectl )", "", "`kubectl …`", "here by a stand-in that looks whether what is named is there; `Deploy.Tests` and check `packages` read the manifests"),
        Of(@"^(?=pg_dump )", "", "`pg_dump …`", "here by a stand-in that knows the database; it is PostgreSQL's own"),
        Of(@"^(?=sqlite3 )", "", "`sqlite3 … \".backup …\"`", "here, on the journal of a node that runs"),
        Of(@"^dotnet tool install .*$", "true", "`dotnet tool install …`, `dotnet new install …`, `dotnet new mapreduce-job …`", "check `packages`"),
        Of(@"^dotnet new (?:install|mapreduce-job) .*$", "true", "`dotnet tool install …`, `dotnet new install …`, `dotnet new mapreduce-job …`", "check `packages`"),
        // Minutes of work: the scripts have to be there, and to be programs.
        Of(@"^(deploy/(?:pack|check)\.sh).*$", "test -x $1", "`deploy/pack.sh …`, `deploy/check.sh`", "check `packages`"),
        Of(@"^(tests/run|\.ci/run)(?: .*)?$", "test -x $1", "`tests/run`, `.ci/run`", "each change"),
        Of(@"^(tests/checks/run)(?: .*)?$", "test -x $1", "`tests/checks/run …`", "on purpose"),
        Of(@"^(tests/race/(?:setup|ours)\.sh)(?: .*)?$", "test -x $1", "`tests/race/setup.sh`, `tests/race/ours.sh`", "check `race`"),
        Of(@"^(tests/race/cluster\.sh)(?: .*)?$", "test -x $1", "`tests/race/cluster.sh`", "check `cluster-race`"),
        Of(@"^(tests/race/latency\.py)(?: .*)?$", "test -x $1", "`tests/race/latency.py`", "check `latency`"),
        Of(@"^(tests/race/telemetry\.py)(?: .*)?$", "test -x $1", "`tests/race/telemetry.py`", "check `telemetry`"),
        Of(@"^(tests/race/confinement\.sh)(?: .*)?$", "test -x $1", "`tests/race/confinement.sh`", "check `confinement`"),
        Of(@"^(tests/race/soak\.py)(?: .*)?$", "test -x $1", "`tests/race/soak.py`", "check `memory`"),
        Of(@"^dotnet run -c Release --project (tests/MapReduce\.Benchmarks) -- .*$", "test -d $1", "`… tests/MapReduce.Benchmarks -- …`", "check `kernels`"),
        Of(@"^dotnet run -c Release --project (tests/MapReduce\.Soak) -- .*$", "test -d $1", "`… tests/MapReduce.Soak -- master`", "check `master`"),
        Of(@"^dotnet run -c Release --project (tests/MapReduce\.Simulation) -- .*$", "test -d $1", "`… tests/MapReduce.Simulation -- …`", "checks `simulation` and `scale`"),
        Of(@"^dotnet run -c Release --project (tests/MapReduce\.Fuzz) -- .*$", "test -d $1", "`… tests/MapReduce.Fuzz -- …`", "check `fuzz`"),
        Of(@"^MAPREDUCE_PICTURES=\S+ dotnet test -c Release (tests/MapReduce\.Dashboard\.Tests) .*$", "test -d $1", "`MAPREDUCE_PICTURES=… dotnet test …`", "`PicturesTests` in the check `pages`, into a folder of its own"),
    ];

    /// <summary>What is run for a line of a page.</summary>
    public static string Of(string command) => All.Aggregate(command, (text, replacement) => replacement.Written.Replace(text, replacement.Run));

    /// <summary>Those that change a line of a page, or take a program for it that stands in.</summary>
    public static IEnumerable<Replacement> UsedBy(string command)
    {
        foreach (var replacement in All)
        {
            if (replacement.Written.IsMatch(command)) yield return replacement;
            command = replacement.Written.Replace(command, replacement.Run);
        }
    }

    private static Replacement Of(string written, string run, string words, string runBy) => new(new Regex(written), run, words, runBy);
}
