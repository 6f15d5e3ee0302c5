using MapReduce.Coordination;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using Failure = MapReduce.Protocol.Work.Failure;

namespace MapReduce.Worker.Segments;

/// <summary>Says whose fault it is that a reducer could not read a map output, which decides what is made again.</summary>
internal static class Damage
{
    /// <summary>The report of the reducer.</summary>
    /// <param name="map">Whose output.</param>
    /// <param name="holder">The node that holds it.</param>
    /// <param name="self">The node of the reducer.</param>
    /// <param name="isWhole">Whether the holder's own copy is whole; null where nobody can tell. A reducer that read that copy itself knows that it is not.</param>
    /// <param name="message">What the reducer found.</param>
    public static Failure Blame(AttemptId map, string holder, string self, bool? isWhole, string message) => isWhole switch
    {
        // The output is lost, and its task runs again.
        false => Of($"The output of {map} on the disk of {holder} is damaged, so it is made again. {message}", map),
        // Fetched again it will do.
        true => Of($"A share of the output of {map} was damaged between the disk of {holder}, where it is whole, and {self}: by the network, or by the disk or the memory of {self}. It is fetched again. {message}", null),
        null => Of($"A share of the output of {map} from {holder} is damaged, and {holder} cannot be asked whether it was its disk or the network. It is fetched again. {message}", null),
    };

    private static Failure Of(string message, AttemptId? lost)
        => new() { Kind = FailureKind.FetchFailed, Message = Failures.Shorten(message), LostMap = lost is { } map ? Wire.Write(map) : null };
}
