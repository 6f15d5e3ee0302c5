namespace MapReduce.Engine.Tasks;

/// <summary>A part of a map task that has something to hand over when the last record is through.</summary>
internal interface IMapEnd : IDisposable
{
    /// <summary>Hands over what is held back.</summary>
    void Complete();
}
