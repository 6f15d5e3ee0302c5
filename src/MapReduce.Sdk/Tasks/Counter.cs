namespace MapReduce.Sdk;

/// <summary>A named count that tasks add to. Only the attempts that count towards the result contribute, each once.</summary>
public sealed class Counter
{
    private readonly int index;

    internal Counter(string name, int index)
    {
        Name = name;
        this.index = index;
    }

    /// <summary>The name under which the job reports the count.</summary>
    public string Name { get; }

    /// <summary>Adds one.</summary>
    public void Increment() => Add(1);

    /// <summary>Adds <paramref name="amount"/>, which may be negative.</summary>
    public void Add(long amount) => TaskContext.Current.AddToCounter(index, amount);
}
