namespace Sentinel.Benchmarks.Growth;

/// <summary>A heading line, a table, and what it says of a goal.</summary>
internal sealed record GrowthTable(string Text, (string Id, double Value, string Note)? Goal = null);
