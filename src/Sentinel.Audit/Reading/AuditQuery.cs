using System.Globalization;

namespace Sentinel.Audit.Reading;

/// <summary>Which rows of <c>audit_log</c>, and in what order. What is absent does not restrict.</summary>
/// <remarks>
/// Name a time range wherever one is known: it leaves out whole partitions, and bounds what no index leads to. Of the
/// columns that are compared here request id, caller, tool (without wildcards) and time have an index.
/// </remarks>
public sealed record AuditQuery
{
    /// <summary>The longest value that is compared with a column; none that has an index is longer.</summary>
    public const int TextCharsMax = 512;

    /// <summary>Calls that arrived then or later; in whole microseconds.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Calls that arrived before then; in whole microseconds.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The caller's subject, exactly.</summary>
    public string? Caller { get; init; }

    /// <summary>The caller's issuer, exactly.</summary>
    public string? Issuer { get; init; }

    /// <summary>A role that was among the caller's effective ones.</summary>
    public string? Role { get; init; }

    /// <summary>The tool's name; <c>*</c> stands for any run of characters, <c>?</c> for one. Exact in case.</summary>
    public string? Tool { get; init; }

    /// <summary>The backend's id, with the same wildcards.</summary>
    public string? Backend { get; init; }

    /// <summary>What became of the call.</summary>
    public AuditOutcome? Outcome { get; init; }

    /// <summary>The stable code of a non-success, exactly.</summary>
    public string? Reason { get; init; }

    /// <summary>The one call that a response header named.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>The hash of the backend's session id, as the column has it.</summary>
    public string? SessionHash { get; init; }

    /// <summary>The trace id, exactly as the column has it. Nothing leads there but the time range.</summary>
    public string? TraceId { get; init; }

    /// <summary>The JSON-RPC method, exactly.</summary>
    public string? Method { get; init; }

    /// <summary>Arguments that all have to be as they say. What was redacted or cut is not found.</summary>
    public IReadOnlyList<AuditArgument> Arguments { get; init; } = [];

    /// <summary>One writer's rows of one month.</summary>
    public AuditWriterMonth? Writer { get; init; }

    /// <summary>In what order rows come.</summary>
    public AuditOrder Order { get; init; } = AuditOrder.OldestFirst;

    /// <summary>The last row of the page before: rows that follow it in the order; null for the first page.</summary>
    public AuditCursor? After { get; init; }

    /// <summary>Rows at most; null for all.</summary>
    public int? Limit { get; init; }
}

/// <summary>In what order rows come.</summary>
public enum AuditOrder
{
    /// <summary>By arrival; by id where two arrived in the same microsecond. Uses the index on time.</summary>
    OldestFirst,

    /// <summary>The reverse.</summary>
    NewestFirst,

    /// <summary>By id: as the store received them, each writer's rows in its own order. Uses the primary key.</summary>
    AsWritten,

    /// <summary>
    /// By a writer's own numbers; needs <see cref="AuditQuery.Writer"/>. No index leads there: the store sorts.
    /// </summary>
    Sequence,
}

/// <summary>Where a page ended: a row's time, in microseconds since 0001-01-01 UTC, and its id.</summary>
/// <remarks>Good for every order but <see cref="AuditOrder.Sequence"/>, whatever is written meanwhile.</remarks>
public readonly record struct AuditCursor(long TimestampMicros, long Id)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string? text, out AuditCursor cursor)
    {
        cursor = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash < 0
            || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            || micros > DateTime.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond)
        {
            return false;
        }

        cursor = new AuditCursor(micros, id);
        return true;
    }

    /// <summary>Both numbers with a dash between them: fit for a command line and a URL.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TimestampMicros}-{Id}");
}
