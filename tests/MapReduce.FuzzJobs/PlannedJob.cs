using CommandLine;
using MapReduce.FuzzJobs.Definition;
using MapReduce.FuzzJobs.Plans;
using MapReduce.Sdk;

namespace MapReduce.FuzzJobs;

/// <summary>A job that does what a plan says, which comes as its argument.</summary>
public sealed class PlannedJob : IJob
{
    private readonly Action<string>? used;

    public PlannedJob()
    {
    }

    /// <param name="used">Told of each member of the Sdk's API that the job calls.</param>
    internal PlannedJob(Action<string> used) => this.used = used;

    public void Define(JobBuilder job)
    {
        var plan = JobPlan.Read(job.Options<Arguments>().Plan);
        used?.Invoke("JobBuilder.Options");
        new JobDefiner(job, plan, used ?? (_ => { })).Define();
    }

    /// <summary>What the job is given.</summary>
    private sealed class Arguments
    {
        [Option("plan", Required = true, HelpText = "The plan, as JSON.")]
        public string Plan { get; set; } = "";
    }
}
