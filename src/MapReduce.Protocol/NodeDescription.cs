using System.Globalization;

namespace MapReduce.Protocol;

/// <summary>What a node says of itself to all others. It travels as roles of the cluster member, so that whoever knows a member knows this too, from the same moment.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Http">The beginning of its URLs for users.</param>
/// <param name="Data">The beginning of those for other nodes.</param>
/// <param name="Slots">How many tasks it runs at a time; 0 where it is no worker.</param>
/// <param name="Machine">The same for nodes that see the same disks; empty where nobody may read this node's files.</param>
/// <param name="Folder">Where it keeps its files.</param>
public sealed record NodeDescription(string Name, string Http, string Data, int Slots, string Machine, string Folder)
{
    private const string NameLabel = "node:";
    private const string HttpLabel = "http:";
    private const string DataLabel = "data:";
    private const string SlotsLabel = "slots:";
    private const string MachineLabel = "machine:";
    private const string FolderLabel = "folder:";

    /// <summary>The description as roles.</summary>
    public IReadOnlyList<string> ToRoles() =>
    [
        NameLabel + Name,
        HttpLabel + Http,
        DataLabel + Data,
        SlotsLabel + Slots.ToString(CultureInfo.InvariantCulture),
        MachineLabel + Machine,
        FolderLabel + Folder,
    ];

    /// <summary>Reads what <see cref="ToRoles"/> writes; null where the member is no node of ours.</summary>
    public static NodeDescription? FromRoles(IEnumerable<string> roles)
    {
        var labels = roles.ToList();
        return Label(NameLabel) is { } name && Label(HttpLabel) is { } http && Label(DataLabel) is { } data && int.TryParse(Label(SlotsLabel), NumberStyles.None, CultureInfo.InvariantCulture, out var slots)
            ? new NodeDescription(name, http, data, slots, Label(MachineLabel) ?? "", Label(FolderLabel) ?? "")
            : null;

        string? Label(string label) => labels.Find(role => role.StartsWith(label, StringComparison.Ordinal))?[label.Length..];
    }
}
