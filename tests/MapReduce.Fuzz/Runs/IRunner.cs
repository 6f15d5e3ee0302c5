using MapReduce.Fuzz.Cases;

namespace MapReduce.Fuzz.Runs;

/// <summary>Runs jobs somewhere.</summary>
internal interface IRunner
{
    /// <summary>Whether a case can be run there.</summary>
    bool Takes(Case of);

    Observation Run(Workplace place);
}
