namespace MapReduce.Sdk;

/// <summary>Collects what a job reads, does and writes while <see cref="IJob.Define"/> runs.</summary>
public sealed class JobBuilder
{
    private readonly JobArguments arguments;
    private readonly List<SourceNode> sources = [];
    private readonly List<ChannelNode> channels = [];
    private readonly List<Counter> counters = [];
    private readonly List<SideFile> sideFiles = [];
    private bool hasSideEffects;

    internal JobBuilder(JobArguments arguments)
    {
        this.arguments = arguments;
        Inputs = new InputSet(arguments.Inputs);
        Codecs = new CodecRegistry();
    }

    /// <summary>All inputs of the run, in the order given.</summary>
    public InputSet Inputs { get; }

    /// <summary>The output folder of the run.</summary>
    public OutputTarget Output { get; } = new("");

    /// <summary>The codecs of this job; register those of your own types before you use the types.</summary>
    public CodecRegistry Codecs { get; }

    /// <summary>Files, folders or globs named by the job itself rather than by the run.</summary>
    public InputSet InputsAt(params string[] patterns) => new(patterns);

    /// <summary>An output of its own name beside the others; it becomes a folder under the output folder.</summary>
    /// <param name="name">Letters, digits, '-', '_' and '.', not beginning with '_' or '.'.</param>
    public OutputTarget OutputNamed(string name)
    {
        if (name.Length == 0 || name[0] is '_' or '.' || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new JobException(JobError.Definition, $"'{name}' cannot name an output. Use letters, digits, '-', '_' and '.', and begin with a letter or digit.");
        return new OutputTarget(name);
    }

    /// <summary>The job's own arguments (those after <c>--</c>), parsed into a class with CommandLineParser's attributes.</summary>
    /// <exception cref="JobException">An argument is unknown or malformed, or help was asked for.</exception>
    public TOptions Options<TOptions>() where TOptions : new() => JobOptions.Parse<TOptions>(arguments.Arguments);

    /// <summary>Declares a counter. Counters of the same name are one.</summary>
    public Counter Counter(string name)
    {
        if (counters.Find(c => c.Name == name) is { } existing) return existing;
        var counter = new Counter(name, counters.Count);
        counters.Add(counter);
        return counter;
    }

    /// <summary>Declares a file that every task may read. It travels with the job from the machine that submits it.</summary>
    /// <param name="path">Its path on that machine; a relative one is looked for in the folder from which the job is run or submitted.</param>
    /// <exception cref="JobException">There is no such file, or it did not come with the job.</exception>
    public SideFile SideFile(string path)
    {
        var file = new SideFile(path, arguments.SideFiles is { } travelled ? Travelled(path, travelled) : OnThisMachine(path), mayChange: arguments.SideFiles is null);
        sideFiles.Add(file);
        return file;
    }

    /// <summary>Says that user code does more than its outputs show (calls a service, writes a table), so that no task runs twice at a time.</summary>
    public JobBuilder HasSideEffects()
    {
        hasSideEffects = true;
        return this;
    }

    /// <summary>Reads text files line by line. Lines end with LF or CRLF; the last may have no end. Bytes come as they are, a byte order mark as well.</summary>
    /// <param name="inputs">The files.</param>
    /// <param name="keepCarriageReturn">Whether lines end with LF only, and a CR before it is part of the line.</param>
    public Source<TextLine> ReadLines(InputSet inputs, bool keepCarriageReturn = false) => Add(new TextLineFormat(inputs, keepCarriageReturn));

    /// <summary>Reads each file as one record, an empty one too.</summary>
    public Source<WholeFile> ReadFiles(InputSet inputs) => Add(new WholeFileFormat(inputs));

    /// <summary>Reads records of <paramref name="length"/> bytes each.</summary>
    public Source<Utf8> ReadRecords(InputSet inputs, int length)
    {
        if (length <= 0) throw new JobException(JobError.Definition, $"A record of {length} bytes cannot be read. Give a positive length.");
        return Add(new FixedRecordFormat(inputs, length));
    }

    /// <summary>Reads delimited text (CSV, TSV and their like) row by row.</summary>
    public Source<DelimitedRow> ReadDelimited(InputSet inputs, DelimitedOptions? options = null) => Add(new DelimitedFormat(inputs, options ?? new()));

    /// <summary>Reads one JSON document a line.</summary>
    public Source<TRecord> ReadJsonLines<TRecord>(InputSet inputs) => Add(JsonRecords.Lines<TRecord>(inputs));

    /// <summary>Reads the records of a store, such as a table of a database.</summary>
    public Source<TRecord> Read<TRecord>(RowSource<TRecord> source) where TRecord : allows ref struct => Add(new StoreFormat<TRecord>(source));

    /// <summary>Gives the numbers from 0 to <paramref name="count"/> - 1, <paramref name="perTask"/> to a map task; reads no input.</summary>
    public Source<long> ReadNumbers(long count, long perTask)
    {
        if (count < 0 || perTask <= 0) throw new JobException(JobError.Definition, $"Cannot give {count} numbers, {perTask} to a task. Neither may be negative, and a task needs at least one.");
        return Add(new NumbersFormat(count, perTask));
    }

    /// <summary>A channel that map functions with several outputs feed.</summary>
    public Pairs<TKey, TValue> Channel<TKey, TValue>()
        where TKey : allows ref struct
        where TValue : allows ref struct
    {
        var node = new ChannelNode<TKey, TValue>(channels.Count, Codecs.Key<TKey>(), Codecs.Value<TKey>(), Codecs.Value<TValue>());
        channels.Add(node);
        return new Pairs<TKey, TValue>(this, node);
    }

    internal int NextSource => sources.Count;

    internal void AddSource(SourceNode source) => sources.Add(source);

    internal JobDefinition Build(string name) => JobGraph.Build(name, sources, channels, counters, sideFiles, hasSideEffects);

    private static string OnThisMachine(string path)
    {
        var full = path.Length == 0 ? "" : Path.GetFullPath(path);
        return File.Exists(full) ? full : throw new JobException(JobError.Definition, $"The side file '{path}' does not exist: there is no file '{full}'. Create it, name another, or run the job from the folder where it is.");
    }

    private static string Travelled(string path, IReadOnlyDictionary<string, string> travelled) => travelled.TryGetValue(path, out var full) ? full : throw new JobException(JobError.Definition,
        $"The side file '{path}' did not come with the job, which brought {(travelled.Count == 0 ? "none" : string.Join(", ", travelled.Keys.Order(StringComparer.Ordinal).Select(name => $"'{name}'")))}. "
        + "mr submit sends the files that Define names on the machine that submits, so it must name the same on all; other clients upload them and name them in SideFiles of the request.");

    private Source<TRecord> Add<TRecord>(InputFormat<TRecord> format) where TRecord : allows ref struct
    {
        var node = new RecordSourceNode<TRecord>(sources.Count, format);
        sources.Add(node);
        return new Source<TRecord>(this, node);
    }
}
