using System.Text;

namespace MapReduce.Testing;

/// <summary>An input file of a test.</summary>
/// <param name="Name">The file's name; inputs are read in the byte order of their names.</param>
/// <param name="Content">Its bytes.</param>
public sealed record TestInput(string Name, ReadOnlyMemory<byte> Content)
{
    /// <summary>A file of text in UTF-8.</summary>
    public TestInput(string name, string text) : this(name, Encoding.UTF8.GetBytes(text))
    {
    }
}
