using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using MapReduce.Engine;
using MapReduce.Engine.Loading;
using MapReduce.Sdk;

namespace MapReduce.Cli.Jobs;

/// <summary>Finds out which files travel with a job: those that its definition names on this machine.</summary>
internal static class SideFilesOfJob
{
    /// <summary>Lets the job define itself here, where one of its assemblies declares side files at all; no code of other jobs runs.</summary>
    /// <param name="assembly">The job's assembly.</param>
    /// <param name="jobClass">Its class; null where it has only one.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="arguments">Its own arguments.</param>
    /// <returns>Where the files are, by the paths that the job gives them.</returns>
    /// <exception cref="JobException">One of them does not exist, or the job cannot be defined.</exception>
    public static IReadOnlyDictionary<string, string> Find(string assembly, string? jobClass, IReadOnlyList<string> inputs, IReadOnlyList<string> arguments)
    {
        if (!Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(assembly))!, "*.dll", SearchOption.AllDirectories).Any(Declares)) return new Dictionary<string, string>();
        var (name, create) = JobLoader.Load(assembly, jobClass);
        return JobRun.Define(create, new JobRequest(name, inputs, arguments), new EngineSettings { ScratchFolder = "" }).SideFiles;
    }

    /// <summary>Whether an assembly refers to <see cref="JobBuilder.SideFile"/>.</summary>
    internal static bool Declares(string assembly)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(assembly));
            if (!file.HasMetadata) return false;
            var metadata = file.GetMetadataReader();
            return metadata.MemberReferences.Select(metadata.GetMemberReference).Any(member =>
                metadata.StringComparer.Equals(member.Name, nameof(JobBuilder.SideFile)) && member.Parent.Kind == HandleKind.TypeReference
                && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name, nameof(JobBuilder)));
        }
        catch (BadImageFormatException)
        {
            // A library for the processor, or no library at all.
            return false;
        }
    }
}
