using MapReduce.Coordination;
using MapReduce.Engine;
using MapReduce.Engine.Output;
using MapReduce.Protocol;
using MapReduce.Protocol.Work;
using Failure = MapReduce.Protocol.Work.Failure;

namespace MapReduce.Worker.Segments;

/// <summary>Says whose fault it is that a task could not read what another has made, which decides what is made again.</summary>
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

    /// <summary>The report of a task that could not read a file of an earlier stage, which is on the storage that all nodes share.</summary>
    /// <param name="file">The file.</param>
    /// <param name="reader">The attempt that read it.</param>
    /// <param name="self">The node of the reader.</param>
    /// <param name="failure">What the reader found.</param>
    /// <param name="key">The job's key; null where its files are not encrypted.</param>
    /// <returns>Who has to make the file again, if anybody; <paramref name="failure"/> where the storage is away, or cannot be read for another reason, which is no damage.</returns>
    public static Failure OfDataset(string file, AttemptId reader, string self, Failure failure, DataKey? key = null)
    {
        if (failure.Kind is not (FailureKind.CorruptData or FailureKind.Storage) || AttemptId.TryParse(DatasetFiles.MakerOf(file) ?? "") is not { } maker || maker.Task.Stage >= reader.Task.Stage) return failure;
        if (!File.Exists(file)) return Directory.Exists(Path.GetDirectoryName(file)) ? Lost($"The file that {maker} made for later stages is not there any more, so it is made again.") : failure;
        try
        {
            DatasetFiles.Check(file, key);
        }
        catch (EngineException exception) when (exception.Error == EngineError.CorruptData)
        {
            return Lost($"The file that {maker} made for later stages is damaged, so it is made again.");
        }
        catch (EngineException)
        {
            return failure;
        }
        // What could not be read at all, though it can be read here, is no damage: the executor lacks descriptors, or rights.
        if (failure.Kind != FailureKind.CorruptData) return failure;
        return Of($"The file that {maker} made for later stages was damaged between the storage, where it is whole, and {self}: by the network, or by the memory of {self}. It is read again. {failure.Message}", null);

        Failure Lost(string what) => new()
        {
            Kind = FailureKind.FetchFailed,
            Message = Failures.Shorten($"{what} The disk or the network of the output's storage is failing, or something beside the job has changed the file. {failure.Message}"),
            DamagedDataset = Wire.Write(maker),
            File = Path.GetFileName(file),
        };
    }

    private static Failure Of(string message, AttemptId? lost)
        => new() { Kind = FailureKind.FetchFailed, Message = Failures.Shorten(message), LostMap = lost is { } map ? Wire.Write(map) : null };
}
