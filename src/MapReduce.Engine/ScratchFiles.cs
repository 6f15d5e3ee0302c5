namespace MapReduce.Engine;

/// <summary>Names the temporary files of one task attempt, all in a folder of its own.</summary>
internal sealed class ScratchFiles(string folder)
{
    private int number;

    /// <summary>The folder, made when first asked for.</summary>
    public string Folder
    {
        get
        {
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    /// <summary>The path of a new file.</summary>
    public string Next(string kind) => Path.Combine(Folder, $"{kind}-{Interlocked.Increment(ref number):D5}");

    /// <summary>Deletes the folder with all that is left in it.</summary>
    public void Delete()
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
