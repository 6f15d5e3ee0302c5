namespace MapReduce.Partition.Tests;

/// <summary>A message that no node sends.</summary>
/// <param name="Serializer">The number of the serializer that is to read it.</param>
/// <param name="Manifest">What it claims to be.</param>
/// <param name="Refusal">What the node that gets it logs.</param>
internal abstract record Forgery(int Serializer, string Manifest, string Refusal)
{
    public static IReadOnlyList<Forgery> All { get; } = [new ObjectAsJson(), new Deployment(), new UnknownMessage(), new UnknownSerializer()];

    /// <summary>For the serializer that Akka.NET has by default, and that makes whatever it is told to.</summary>
    public sealed record ObjectAsJson() : Forgery(1, "System.IO.FileInfo, System.Private.CoreLib", "A message as JSON was refused; it claims to be a System.IO.FileInfo.");

    /// <summary>Starts an actor in another node, by default.</summary>
    public sealed record Deployment() : Forgery(3, "", "The attempt of another node to start an actor here was refused.");

    /// <summary>For the serializer of the nodes.</summary>
    public sealed record UnknownMessage() : Forgery(4711, "zz9", "'zz9' is not among the messages that may be received.");

    /// <summary>For a serializer that there is not.</summary>
    public sealed record UnknownSerializer() : Forgery(9999, "zz9", "[9999]");
}
