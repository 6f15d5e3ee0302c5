namespace MapReduce.Cli.Generate;

/// <summary><c>mr generate</c>: makes inputs to try jobs on, the same bytes on every machine.</summary>
internal static class GenerateVerb
{
    private const int MostWords = 50_000_000;

    public static ExitCode Run(GenerateOptions options)
    {
        if (options.Output is null) throw new UserException(ExitCode.Usage, "Where to? Name a file with --output.");
        var size = Sizes.Parse(options.Size, "size");
        var generator = Generator(options);
        var target = Path.GetFullPath(options.Output);
        if (Directory.Exists(target)) throw new UserException(ExitCode.Output, $"'{options.Output}' is a folder. Name a file in it with --output.");
        if (File.Exists(target) && !options.Overwrite) throw new UserException(ExitCode.Output, $"'{options.Output}' is there already. Name another file, or replace it with --overwrite.");
        var length = Write(generator, size, target);
        Console.Error.WriteLine($"{options.Output}: {Sizes.Show(length)}");
        return ExitCode.Success;
    }

    private static ILineGenerator Generator(GenerateOptions options) => options.Kind switch
    {
        "text" when options.Words is < 1 or > MostWords => throw new UserException(ExitCode.Usage, $"--words {options.Words} is not possible. Give a number from 1 to {MostWords}."),
        "text" when options.Exponent is < 0 or > 10 or double.NaN => throw new UserException(ExitCode.Usage, $"--exponent {options.Exponent} is not possible. Give a number from 0 to 10."),
        "text" => new TextGenerator(options.Seed, options.Words, options.Exponent),
        "logs" => new LogGenerator(options.Seed),
        "records" when options.Begin < 0 => throw new UserException(ExitCode.Usage, $"--begin {options.Begin} is negative. Records are numbered from 0."),
        "records" => options.Binary ? new BinaryRecordGenerator(options.Begin) : new AsciiRecordGenerator(options.Begin),
        null => throw new UserException(ExitCode.Usage, "What? Say mr generate text, mr generate logs or mr generate records."),
        _ => throw new UserException(ExitCode.Usage, $"'{options.Kind}' cannot be generated. Say text, logs or records."),
    };

    /// <summary>Writes whole lines up to <paramref name="size"/> bytes, under another name until all is there.</summary>
    private static long Write(ILineGenerator generator, long size, string target)
    {
        var partial = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Environment.ProcessId}.partial");
        try
        {
            var written = 0L;
            using (var file = File.OpenHandle(partial, FileMode.Create, FileAccess.Write))
            {
                var buffer = new byte[1 << 20];
                for (var full = false; !full;)
                {
                    var length = 0;
                    while (!full && length + generator.LongestLine <= buffer.Length)
                    {
                        var line = generator.Write(buffer.AsSpan(length));
                        full = written + length + line > size;
                        if (!full) length += line;
                    }
                    RandomAccess.Write(file, buffer.AsSpan(0, length), written);
                    written += length;
                }
            }
            File.Move(partial, target, overwrite: true);
            return written;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(partial)) File.Delete(partial);
            throw new UserException(ExitCode.Output, $"'{target}' cannot be written: {exception.Message} Choose another place for --output.");
        }
    }
}
