using System.Runtime.Serialization;
using Akka.Pattern;
using MapReduce.Coordination;

namespace MapReduce.Master;

/// <summary>Tells a journal that no life of this program can read from one that cannot be read now.</summary>
internal static class UnreadableJournal
{
    /// <summary>Why it can never be read, and what to do; null where another try may read it.</summary>
    /// <param name="journal">What it is called at the beginning of a sentence.</param>
    /// <param name="reason">What reading it has met.</param>
    public static string? Fault(string journal, Exception reason)
    {
        for (var cause = reason; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case JournalException:
                    return cause.Message;
                case SerializationException:
                    return $"{journal} holds what this program does not write: {cause.Message} A newer version of the program has written it, or something else has: run that version, or restore the journal from a copy.";
                case IllegalStateException:
                    // So the replay filter of Akka.NET says it, which is told to fail.
                    return $"{journal} holds records that two masters have written by turns, which no database lets them that takes each number once. Something else has written to it, or it was put together from several copies: restore it from one copy.";
            }
        }
        return null;
    }
}
