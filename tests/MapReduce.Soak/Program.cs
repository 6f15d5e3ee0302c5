using MapReduce.Soak;

Dictionary<string, (string About, Func<int, Task<Outcome>> Run, int Count)> soaks = new(StringComparer.Ordinal)
{
    ["kills"] = ("random kills of nodes, executors and masters while jobs run, four a job; every result must be exact", KillSoak.RunAsync, 200),
    ["losses"] = ("the loss of a worker's node and of the master's, in turn; work goes on within 6 and 8 s", LossSoak.RunAsync, 20),
    ["flapping"] = ("a network of five machines that falls into two and three and back every two seconds, so many minutes with patient nodes and as many with impatient ones, while jobs run; every result must be exact", FlappingSoak.RunAsync, 3),
    ["jobs"] = ("small jobs one after another; memory, handles, threads, files and recovery must stay flat", JobsSoak.RunAsync, 1000),
    ["stall"] = ("the master's process sleeps for so many seconds (SIGSTOP) and wakes: its epoch must be over", StallSoak.RunAsync, 60),
    ["shuffle"] = ("a shuffle over HTTP from so many maps to 200 reduces", ShuffleSoak.RunAsync, 1000),
    ["commits"] = ("kills of workers, executors, masters and database processes around prepare and commit; rows and files must agree", CommitSoak.RunAsync, 200),
    ["journal"] = ("the journal's PostgreSQL is away for so many seconds while jobs run; nothing may be lost", JournalSoak.RunAsync, 30),
    ["failover"] = ("the PostgreSQL of journal and table is killed and its synchronous standby promoted, around prepare and commit; nothing may be lost", FailoverSoak.RunAsync, 10),
    ["copy"] = ("so many rows into a table by a job and by plain COPY; the job must reach 70 %", CopySoak.RunAsync, 2_000_000),
    ["master"] = ("completions a second, recovery and memory of the job master in a job of so many tasks", MasterSoak.RunAsync, 100_000),
};

if (args.Length is not (1 or 2) || !soaks.TryGetValue(args[0], out var soak) || (args.Length == 2 && !int.TryParse(args[1], out _)))
{
    Console.Error.WriteLine("Say which soak, and how often if not as usual:");
    foreach (var (name, (about, _, count)) in soaks) Console.Error.WriteLine($"  {name} [{count}]  {about}");
    return 2;
}
var outcome = await soak.Run(args.Length == 2 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : soak.Count);
Console.WriteLine(outcome.Line(args[0]));
return outcome.Passed ? 0 : 1;
