namespace MapReduce.Engine.Tasks;

/// <summary>The mappers and reducers of one attempt that are disposable: each is disposed of once, when it is closed or when the attempt fails.</summary>
internal sealed class Disposal(UserCode? userCode)
{
    private readonly List<IDisposable> owned = [];

    /// <summary>Takes what an author's factory made.</summary>
    public void Take(object? made)
    {
        if (made is IDisposable disposable) owned.Add(disposable);
    }

    /// <summary>Disposes of all, in the order in which they were made.</summary>
    /// <param name="what">What they are, for the message.</param>
    /// <exception cref="EngineException">One of them threw.</exception>
    public void End(string what)
    {
        while (owned.Count > 0)
        {
            var next = owned[0];
            owned.RemoveAt(0);
            try
            {
                next.Dispose();
            }
            catch (Exception exception) when (userCode?.Threw(exception) ?? false)
            {
                throw userCode.Failure($"while the {what} was disposed of", exception);
            }
        }
    }

    /// <summary>Disposes of what is left after a failure, which nothing here may hide.</summary>
    public void GiveUp()
    {
        foreach (var left in owned)
        {
            try
            {
                left.Dispose();
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The attempt has failed before, and says why.
            }
        }
        owned.Clear();
    }
}
