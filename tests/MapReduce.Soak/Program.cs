using MapReduce.Soak;

Dictionary<string, (string About, Func<int, Task<bool>> Run, int Count)> soaks = new(StringComparer.Ordinal)
{
    ["master"] = ("completions a second, recovery and memory of the job master in a job of so many tasks", MasterSoak.RunAsync, 100_000),
};

if (args.Length is not (1 or 2) || !soaks.TryGetValue(args[0], out var soak) || (args.Length == 2 && !int.TryParse(args[1], out _)))
{
    Console.Error.WriteLine("Say which soak, and how often if not as usual:");
    foreach (var (name, (about, _, count)) in soaks) Console.Error.WriteLine($"  {name} [{count}]  {about}");
    return 2;
}
return await soak.Run(args.Length == 2 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : soak.Count) ? 0 : 1;
