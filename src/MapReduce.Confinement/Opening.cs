namespace MapReduce.Confinement;

/// <summary>What an executor may do with a file, or with a folder and all below it.</summary>
[Flags]
public enum Rights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read and run files.</summary>
    Read = 1,

    /// <summary>List folders.</summary>
    List = 2,

    /// <summary>Change, make and remove files and folders.</summary>
    Write = 4,

    /// <summary>Make links, pipes and sockets, which are for programs among themselves and nothing that is to be read as data.</summary>
    Special = 8,
}

/// <summary>A file or folder that an executor reaches.</summary>
/// <param name="Path">Its full path, without links.</param>
/// <param name="Rights">What it may do there.</param>
public readonly record struct Opening(string Path, Rights Rights);
