using MapReduce.Sdk;

namespace MapReduce.Engine.Tasks;

/// <summary>Makes sure that all tasks of a job read the same side files.</summary>
internal static class SideFiles
{
    /// <summary>Looks whether each is still as it was when the job was defined: before an attempt, and again before its result counts.</summary>
    /// <exception cref="EngineException">One was changed or removed.</exception>
    public static void CheckUnchanged(JobDefinition job)
    {
        foreach (var file in job.SideFiles)
            if (file.HasChanged)
                throw new EngineException(EngineError.InputChanged, $"The side file '{file.FullPath}' was changed or removed while the job ran, so that its tasks would not read the same. Run the job again, and leave its files alone.");
    }
}
