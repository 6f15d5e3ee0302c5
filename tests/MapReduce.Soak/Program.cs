using MapReduce.Soak;

Dictionary<string, (string About, Func<int, Task<bool>> Run, int Count)> soaks = new(StringComparer.Ordinal)
{
    ["kills"] = ("random kills of nodes, executors and masters while jobs run, four a job; every result must be exact", KillSoak.RunAsync, 200),
    ["jobs"] = ("small jobs one after another; memory, handles, threads, files and recovery must stay flat", JobsSoak.RunAsync, 1000),
    ["shuffle"] = ("a shuffle over HTTP from so many maps to 200 reduces", ShuffleSoak.RunAsync, 1000),
    ["master"] = ("completions a second, recovery and memory of the job master in a job of so many tasks", MasterSoak.RunAsync, 100_000),
};

if (args.Length is not (1 or 2) || !soaks.TryGetValue(args[0], out var soak) || (args.Length == 2 && !int.TryParse(args[1], out _)))
{
    Console.Error.WriteLine("Say which soak, and how often if not as usual:");
    foreach (var (name, (about, _, count)) in soaks) Console.Error.WriteLine($"  {name} [{count}]  {about}");
    return 2;
}
return await soak.Run(args.Length == 2 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : soak.Count) ? 0 : 1;
