namespace MapReduce.Node.Configuration;

/// <summary>The configuration of a node is wrong; the message names the key and what to do.</summary>
public sealed class ConfigurationException(string message, Exception? inner = null) : Exception(message, inner);
