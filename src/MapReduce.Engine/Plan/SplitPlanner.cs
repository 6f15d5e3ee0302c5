using MapReduce.Engine.Input;

namespace MapReduce.Engine.Plan;

/// <summary>Cuts files into splits: large ones into equal ranges, small ones together.</summary>
internal static class SplitPlanner
{
    /// <param name="source">The position of the source in its stage.</param>
    /// <param name="files">The files in order.</param>
    /// <param name="canSplit">Whether the format allows reading from the middle of a file.</param>
    /// <param name="splitBytes">The wanted size of a split.</param>
    /// <param name="alignment">What ranges must be multiples of; 1 for formats that find their records themselves.</param>
    public static List<FileSplit> Plan(int source, IReadOnlyList<InputFile> files, bool canSplit, long splitBytes, int alignment = 1)
    {
        splitBytes = Math.Max(1, splitBytes);
        var splits = new List<FileSplit>();
        var shared = new List<FileRange>();
        var sharedBytes = 0L;
        foreach (var file in files)
        {
            if (file.Length == 0) continue;
            if (canSplit && file.Compression == FileCompression.None && file.Length > splitBytes)
            {
                EndShared();
                Cut(file);
                continue;
            }
            if (sharedBytes + file.Length > splitBytes) EndShared();
            shared.Add(new FileRange(file, 0, file.Length));
            sharedBytes += file.Length;
        }
        EndShared();
        return splits;

        void Cut(InputFile file)
        {
            var units = file.Length / alignment;
            var pieces = Math.Max(1, Math.Min(units, (file.Length + splitBytes - 1) / splitBytes));
            for (var i = 0L; i < pieces; i++)
            {
                var start = (long)((Int128)units * i / pieces) * alignment;
                var end = i == pieces - 1 ? file.Length : (long)((Int128)units * (i + 1) / pieces) * alignment;
                splits.Add(new FileSplit(source, [new FileRange(file, start, end - start)]));
            }
        }

        void EndShared()
        {
            if (shared.Count == 0) return;
            splits.Add(new FileSplit(source, [.. shared]));
            shared.Clear();
            sharedBytes = 0;
        }
    }

    /// <summary>Cuts the numbers from 0 to <paramref name="count"/>.</summary>
    public static List<FileSplit> PlanNumbers(int source, long count, long perTask)
    {
        var splits = new List<FileSplit>();
        for (var left = count; left > 0; left -= Math.Min(left, perTask)) splits.Add(new FileSplit(source, [], count - left, Math.Min(left, perTask)));
        return splits;
    }
}
