using Google.Protobuf;
using MapReduce.Protocol.Jobs;
using MapReduce.Protocol.Journal;
using MapReduce.Protocol.Work;

namespace MapReduce.Node.Serialization;

/// <summary>The messages that may cross from one process to another, or into the journal, and no others. A manifest never gets another meaning.</summary>
public static class Manifests
{
    private static readonly Dictionary<string, (Type Type, MessageParser Parser)> ByManifest = new()
    {
        ["wk1"] = (typeof(Wake), Wake.Parser),
        ["wr1"] = (typeof(WorkRequest), WorkRequest.Parser),
        ["gr1"] = (typeof(Grant), Grant.Parser),
        ["rn1"] = (typeof(Renewal), Renewal.Parser),
        ["rd1"] = (typeof(Renewed), Renewed.Parser),
        ["rp1"] = (typeof(Report), Report.Parser),
        ["ra1"] = (typeof(Reported), Reported.Parser),
        ["rv1"] = (typeof(Revoke), Revoke.Parser),
        ["fq1"] = (typeof(FoundingQuestion), FoundingQuestion.Parser),
        ["fa1"] = (typeof(FoundingAnswer), FoundingAnswer.Parser),
        ["ep1"] = (typeof(EpochAnnounced), EpochAnnounced.Parser),
        ["oq1"] = (typeof(OutputsQuery), OutputsQuery.Parser),
        ["oa1"] = (typeof(Outputs), Outputs.Parser),
        ["dq1"] = (typeof(DatasetsQuery), DatasetsQuery.Parser),
        ["da1"] = (typeof(Datasets), Datasets.Parser),
        ["in1"] = (typeof(Inventory), Inventory.Parser),
        ["ir1"] = (typeof(InventoryReply), InventoryReply.Parser),
        ["of1"] = (typeof(OutputsFound), OutputsFound.Parser),
        ["dr1"] = (typeof(DrainRequest), DrainRequest.Parser),
        ["dp1"] = (typeof(DrainProgress), DrainProgress.Parser),
        ["su1"] = (typeof(Submit), Submit.Parser),
        ["sa1"] = (typeof(Submitted), Submitted.Parser),
        ["rf1"] = (typeof(Refused), Refused.Parser),
        ["jq1"] = (typeof(JobQuery), JobQuery.Parser),
        ["ja1"] = (typeof(JobAnswer), JobAnswer.Parser),
        ["lq1"] = (typeof(JobsQuery), JobsQuery.Parser),
        ["la1"] = (typeof(JobsAnswer), JobsAnswer.Parser),
        ["tq1"] = (typeof(TasksQuery), TasksQuery.Parser),
        ["ta1"] = (typeof(TasksAnswer), TasksAnswer.Parser),
        ["eq1"] = (typeof(EventsQuery), EventsQuery.Parser),
        ["ea1"] = (typeof(EventsAnswer), EventsAnswer.Parser),
        ["aq1"] = (typeof(AttemptsQuery), AttemptsQuery.Parser),
        ["aa1"] = (typeof(AttemptsAnswer), AttemptsAnswer.Parser),
        ["vq1"] = (typeof(FailuresQuery), FailuresQuery.Parser),
        ["va1"] = (typeof(FailuresAnswer), FailuresAnswer.Parser),
        ["cq1"] = (typeof(ClusterQuery), ClusterQuery.Parser),
        ["cs1"] = (typeof(ClusterAnswer), ClusterAnswer.Parser),
        ["wq1"] = (typeof(ChangesQuery), ChangesQuery.Parser),
        ["wa1"] = (typeof(ChangesAnswer), ChangesAnswer.Parser),
        ["ca1"] = (typeof(Cancel), Cancel.Parser),
        ["de1"] = (typeof(Delete), Delete.Parser),
        ["dn1"] = (typeof(Done), Done.Parser),
        ["nq1"] = (typeof(NodesQuery), NodesQuery.Parser),
        ["na1"] = (typeof(NodesAnswer), NodesAnswer.Parser),
        ["je1"] = (typeof(EventRecord), EventRecord.Parser),
        ["jm1"] = (typeof(MasterRecord), MasterRecord.Parser),
        ["js1"] = (typeof(JobSnapshot), JobSnapshot.Parser),
        ["ms1"] = (typeof(MasterSnapshot), MasterSnapshot.Parser),
    };

    private static readonly Dictionary<Type, string> ByType = ByManifest.ToDictionary(entry => entry.Value.Type, entry => entry.Key);

    /// <summary>The types.</summary>
    public static IReadOnlyCollection<Type> Types => ByType.Keys;

    /// <summary>The manifest of a type; null where it may not be sent.</summary>
    public static string? Of(Type type) => ByType.GetValueOrDefault(type);

    /// <summary>How to read a message; null where the manifest is unknown.</summary>
    public static MessageParser? Parser(string manifest) => ByManifest.TryGetValue(manifest, out var entry) ? entry.Parser : null;

    /// <summary>Whether a message is only ever written to the journal, where it may be large.</summary>
    public static bool IsOfJournal(Type type) => type == typeof(JobSnapshot) || type == typeof(MasterSnapshot) || type == typeof(EventRecord) || type == typeof(MasterRecord);
}
