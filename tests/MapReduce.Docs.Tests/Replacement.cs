using System.Text.RegularExpressions;

namespace MapReduce.Docs.Tests;

/// <summary>What is run instead of a command that a test cannot afford.</summary>
/// <param name="Written">The command, or the part of it, as a page has it.</param>
/// <param name="Run">What is run instead.</param>
/// <param name="Words">The command in docs/testing.md.</param>
/// <param name="RunBy">What runs it as it is written, likewise.</param>
internal sealed record Replacement(Regex Written, string Run, string Words, string RunBy);
