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
    /// <param name="withEmpty">Whether files without bytes are read, too.</param>
    public static List<FileSplit> Plan(int source, IReadOnlyList<InputFile> files, bool canSplit, long splitBytes, int alignment = 1, bool withEmpty = false)
    {
        splitBytes = Math.Max(1, splitBytes);
        var splits = new List<FileSplit>();
        var small = new List<InputFile>();
        foreach (var file in files)
        {
            if (file.Length == 0 && !withEmpty) continue;
            if (!canSplit || file.Compression != FileCompression.None || file.Length <= splitBytes)
            {
                small.Add(file);
                continue;
            }
            Share();
            Cut(file);
        }
        Share();
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

        // As few splits as the size allows, and all about equally large: a small last one would leave slots idle.
        void Share()
        {
            var total = small.Sum(Weight);
            var pieces = (total + splitBytes - 1) / splitBytes;
            var end = 0L;
            var ranges = new List<FileRange>();
            for (var i = 0; i < small.Count; i++)
            {
                var piece = Piece(end);
                end += Weight(small[i]);
                ranges.Add(new FileRange(small[i], 0, small[i].Length));
                if (i + 1 < small.Count && Piece(end) == piece) continue;
                splits.Add(new FileSplit(source, [.. ranges]));
                ranges.Clear();
            }
            small.Clear();

            Int128 Piece(long offset) => (Int128)offset * pieces / total;

            // Opening a file is work, even where it is empty.
            static long Weight(InputFile file) => Math.Max(1, file.Length);
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
