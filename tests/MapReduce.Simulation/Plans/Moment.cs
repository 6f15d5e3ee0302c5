namespace MapReduce.Simulation.Plans;

/// <summary>How far the first job is that has not ended.</summary>
internal enum Moment
{
    /// <summary>It is submitted, and not accepted yet.</summary>
    Accepting,

    /// <summary>A stage has no plan.</summary>
    Planning,

    /// <summary>Map tasks are not done.</summary>
    Mapping,

    /// <summary>A reducer fetches.</summary>
    Shuffling,

    /// <summary>Reducers work.</summary>
    Reducing,

    /// <summary>A part is written, and its report is not in the journal.</summary>
    Preparing,

    /// <summary>The decision is being written.</summary>
    Deciding,

    /// <summary>The decision stands, and the output is not confirmed.</summary>
    Publishing,

    /// <summary>The job has ended, and that is not in the master's journal.</summary>
    Finishing,
}
