using CommandLine;

namespace Traffic;

public sealed class TrafficOptions
{
    [Option("connection", Default = "warehouse", HelpText = "The name of the connection to the database.")]
    public string Connection { get; set; } = "";

    [Option("clients", Default = "clients", HelpText = "The table to read, with the columns address and owner.")]
    public string Clients { get; set; } = "";

    [Option("traffic", Default = "traffic", HelpText = "The table to write, with the columns owner (unique), hits and bytes.")]
    public string Traffic { get; set; } = "";
}
