using System.Globalization;
using MapReduce.Storage;

namespace MapReduce.Cli.Validate;

/// <summary><c>mr validate</c>: checks order, boundaries between parts, duplicates and checksum of sorted records, or whether an output is as its job wrote it.</summary>
internal static class ValidateVerb
{
    public static ExitCode Run(ValidateOptions options)
    {
        if (options.Kind == "output") return OfOutput(options);
        if (options.Kind != "sort") throw new UserException(ExitCode.Usage, "What? Say mr validate sort PATH, or mr validate output FOLDER.");
        if (options.Path is null) throw new UserException(ExitCode.Usage, "Which records? Name a file or an output folder: mr validate sort PATH.");
        if (options.Record < 1 || options.Key < 1 || options.Key > options.Record)
            throw new UserException(ExitCode.Usage, $"A key of {options.Key} bytes in records of {options.Record} is not possible. Both must be positive, and the key no longer than the record.");

        var summary = Summarise(options.Path, options);
        Console.WriteLine($"Records: {summary.Records}");
        Console.WriteLine($"Checksum: {Hexadecimal(summary.Checksum)}");
        Console.WriteLine($"Duplicate keys: {summary.Duplicates}");
        if (summary.Records == 0) return Fault("there is no record to be checked. An empty file is no sorted result");
        if (summary.Unordered > 0) return Fault($"{summary.Unordered} records are out of order; the first is record {summary.FirstUnordered}, counted from 0");
        if (summary.SplitKeys.Count > 0) return Fault($"a key ends one part and begins the next, '{summary.SplitKeys[0]}': all records of a key belong into one part");
        if (options.Input is not null)
        {
            var input = Summarise(options.Input, options);
            if (input.Records != summary.Records) return Fault($"'{options.Input}' has {input.Records} records, not {summary.Records}");
            if (input.Checksum != summary.Checksum) return Fault($"the checksum of '{options.Input}' is {Hexadecimal(input.Checksum)}: records were lost, doubled or changed");
        }
        Console.WriteLine("SUCCESS: all records are in order");
        return ExitCode.Success;
    }

    private static ExitCode OfOutput(ValidateOptions options)
    {
        if (options.Path is null) throw new UserException(ExitCode.Usage, "Which output? Name the folder that a job has written: mr validate output FOLDER.");
        var path = Path.Combine(options.Path, OutputFolder.ManifestName);
        if (!File.Exists(path)) throw new UserException(ExitCode.Input, $"'{options.Path}' is not the output of a job: it has no {OutputFolder.ManifestName}. Name the folder given with --output.");
        var manifest = OutputManifest.Read(path);
        Console.WriteLine($"Files: {manifest.Files.Count}");
        Console.WriteLine($"Bytes: {manifest.Files.Sum(file => file.Bytes)}");
        var damaged = 0;
        foreach (var file in OutputContent.FindDamaged(options.Path, manifest))
        {
            damaged++;
            Console.WriteLine($"DAMAGED: {file.Fault}");
        }
        if (damaged > 0) return Fault($"{damaged} of {manifest.Files.Count} files are not as the job wrote them. Run the job again");
        Console.WriteLine("SUCCESS: every byte is as the job wrote it");
        return ExitCode.Success;
    }

    private static SortSummary Summarise(string path, ValidateOptions options)
    {
        var summary = new SortSummary(options.Record, options.Key);
        foreach (var file in InputListing.List([path])) summary.Add(file.Path);
        return summary;
    }

    private static ExitCode Fault(string what)
    {
        Console.WriteLine($"ERROR: {what}.");
        return ExitCode.Failed;
    }

    private static string Hexadecimal(UInt128 number) => number.ToString("x", CultureInfo.InvariantCulture);
}
