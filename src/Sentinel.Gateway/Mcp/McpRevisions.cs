namespace Sentinel.Gateway.Mcp;

/// <summary>Protocol revisions: dates, so that their order is the order of their characters.</summary>
internal static class McpRevisions
{
    /// <summary>The only revision with batches.</summary>
    public const string WithBatches = "2025-03-26";

    /// <summary>The first of the modern ones: no sessions, and headers that repeat the body.</summary>
    public const string FirstModern = "2026-07-28";

    /// <summary>Whether requests of this revision stand alone; an unknown later one is taken for modern.</summary>
    public static bool IsModern(string? revision) => string.CompareOrdinal(revision, FirstModern) >= 0;
}
