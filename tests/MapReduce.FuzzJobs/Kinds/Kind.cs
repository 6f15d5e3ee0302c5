namespace MapReduce.FuzzJobs.Kinds;

/// <summary>A type of keys or values, as the author of a job sees it: how values are made of bytes, and how they are shown.</summary>
/// <remarks>
/// What a job does with values is written once, for objects, and is part of the job: whoever wants to know what comes out of it may call it. What the
/// engine does with them (encode, sort, fold, format) is no affair of these classes.
/// </remarks>
internal abstract class Kind(string name)
{
    /// <summary>The name by which plans know it.</summary>
    public string Name => name;

    /// <summary>Whether its values can be keys.</summary>
    public virtual bool IsKey => true;

    /// <summary>Whether its values can be written as JSON.</summary>
    public virtual bool IsJson => false;

    /// <summary>Whether its values may be null by mistake.</summary>
    public virtual bool MayBeNull => false;

    /// <summary>Makes a value: the same of the same bytes.</summary>
    public abstract object? Make(ReadOnlySpan<byte> raw);

    /// <summary>The value as text of the job's own.</summary>
    public abstract byte[] Show(object? value);

    public abstract void Accept(IKindVisitor visitor);

    /// <summary>Opens a kind whose values can be held in objects and lists.</summary>
    public virtual void Accept(IPlainKindVisitor visitor) => throw new InvalidOperationException($"{name} lives in the buffers of others.");
}

/// <summary>A kind with its type.</summary>
internal abstract class Kind<T>(string name) : Kind(name) where T : allows ref struct
{
    /// <summary>The value in an object.</summary>
    public abstract T Open(object? value);

    /// <summary>An object with the value.</summary>
    public abstract object? Close(scoped T value);

    public sealed override void Accept(IKindVisitor visitor) => visitor.Visit(this);
}

/// <summary>Opens a kind with its type.</summary>
internal interface IKindVisitor
{
    void Visit<T>(Kind<T> kind) where T : allows ref struct;
}

/// <summary>Opens a kind with its type, which is no ref struct.</summary>
internal interface IPlainKindVisitor
{
    void Visit<T>(PlainKind<T> kind);
}
