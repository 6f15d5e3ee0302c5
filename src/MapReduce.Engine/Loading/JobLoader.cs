using System.Reflection;
using System.Runtime.Loader;
using System.Runtime.Versioning;
using MapReduce.Sdk;

namespace MapReduce.Engine.Loading;

/// <summary>The ways in which a job assembly can be unfit.</summary>
public enum LoadError
{
    /// <summary>There is no such file.</summary>
    NotFound,

    /// <summary>The file is no .NET assembly, or one for another processor.</summary>
    NotAnAssembly,

    /// <summary>The assembly is for a newer .NET than this.</summary>
    NewerFramework,

    /// <summary>No class in it is a job.</summary>
    NoJob,

    /// <summary>Several classes in it are jobs, and none was chosen.</summary>
    SeveralJobs,

    /// <summary>Something that it needs cannot be loaded.</summary>
    MissingDependency,
}

/// <summary>A job assembly cannot be used; the message says why and what to do.</summary>
public sealed class LoadException(LoadError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The kind of mistake.</summary>
    public LoadError Error { get; } = error;
}

/// <summary>Loads job assemblies, each with its own dependencies. Only the Sdk, and the option attributes that it reads, are shared.</summary>
public static class JobLoader
{
    /// <summary>Loads the job of an assembly.</summary>
    /// <param name="path">The assembly.</param>
    /// <param name="name">The job's class, with or without its namespace; null where the assembly has only one.</param>
    /// <returns>The job's name, and a function that makes the job object.</returns>
    /// <exception cref="LoadException">The assembly is unfit.</exception>
    public static (string Name, Func<IJob> Create) Load(string path, string? name)
    {
        path = Path.GetFullPath(path);
        if (!File.Exists(path)) throw new LoadException(LoadError.NotFound, $"There is no file '{path}'. Build the job first, or name its project folder.");
        var assembly = LoadAssembly(path);
        var jobs = Jobs(assembly, path);
        var chosen = name is null ? jobs : [.. jobs.Where(job => job.Name == name || job.FullName == name)];
        if (chosen.Count == 1) return (chosen[0].Name, () => Create(chosen[0]));
        var listed = string.Join(", ", jobs.Select(job => job.Name).Order(StringComparer.Ordinal));
        if (jobs.Count == 0) throw new LoadException(LoadError.NoJob, $"'{path}' has no job. A job is a public class with a parameterless constructor that implements {nameof(IJob)}.");
        throw name is null
            ? new LoadException(LoadError.SeveralJobs, $"'{path}' has several jobs: {listed}. Choose one with --job NAME.")
            : new LoadException(LoadError.NoJob, $"'{path}' has no job named '{name}'. It has: {listed}.");
    }

    /// <summary>Makes the job; what its constructor throws comes as it was thrown.</summary>
    private static IJob Create(Type job) => (IJob)Activator.CreateInstance(job, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions, binder: null, args: null, culture: null)!;

    private static Assembly LoadAssembly(string path)
    {
        try
        {
            var assembly = new JobContext(path).LoadFromAssemblyPath(path);
            CheckFramework(assembly, path);
            return assembly;
        }
        catch (BadImageFormatException exception)
        {
            throw new LoadException(LoadError.NotAnAssembly, $"'{path}' is no .NET assembly for this machine. Name the .dll that building the job's project makes, or the project's folder.", exception);
        }
        catch (FileLoadException exception)
        {
            throw new LoadException(LoadError.NotAnAssembly, $"'{path}' cannot be loaded: {exception.Message} Build the job again.", exception);
        }
    }

    private static void CheckFramework(Assembly assembly, string path)
    {
        if (assembly.GetCustomAttribute<TargetFrameworkAttribute>()?.FrameworkName is not { } text) return;
        var framework = new FrameworkName(text);
        if (framework.Identifier == ".NETCoreApp" && framework.Version > Environment.Version)
            throw new LoadException(LoadError.NewerFramework, $"'{path}' is built for .NET {framework.Version}, and this is .NET {Environment.Version.ToString(2)}. Build the job for .NET {Environment.Version.ToString(2)}.");
    }

    private static List<Type> Jobs(Assembly assembly, string path)
    {
        try
        {
            return [.. assembly.GetTypes().Where(type => type is { IsPublic: true, IsAbstract: false, IsGenericTypeDefinition: false }
                && typeof(IJob).IsAssignableFrom(type) && type.GetConstructor(Type.EmptyTypes) is not null)];
        }
        catch (ReflectionTypeLoadException exception)
        {
            throw Missing(path, exception.LoaderExceptions.FirstOrDefault(inner => inner is not null) ?? exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or TypeLoadException or FileLoadException)
        {
            throw Missing(path, exception);
        }
    }

    private static LoadException Missing(string path, Exception cause) => new(LoadError.MissingDependency,
        $"'{path}' needs something that is not beside it: {cause.Message} Name the project folder, or publish the job so that all it needs is in one folder.", cause);

    private sealed class JobContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
    {
        private static readonly string[] Shared = [typeof(IJob).Assembly.GetName().Name!, typeof(CommandLine.Parser).Assembly.GetName().Name!];

        private readonly AssemblyDependencyResolver resolver = new(path);

        protected override Assembly? Load(AssemblyName assemblyName)
        {
            if (Shared.Contains(assemblyName.Name)) return null;
            return resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName)
            => resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;
    }
}
