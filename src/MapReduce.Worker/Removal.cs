namespace MapReduce.Worker;

/// <summary>Removes what need not go now, because somebody comes by again.</summary>
internal static class Removal
{
    /// <summary>Removes something, unless it is in use at this moment or may not be touched.</summary>
    public static void Try(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Read or written by somebody, or removed by another. The next round comes by again.
        }
    }

    /// <summary>Removes a folder with all that is in it, where it is there.</summary>
    public static void TryFolder(string folder) => Try(() =>
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    });
}
