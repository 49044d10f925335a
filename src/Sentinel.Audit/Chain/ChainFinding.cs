using Sentinel.Audit.Reading;

namespace Sentinel.Audit.Chain;

/// <summary>What is wrong with a chain, or at one place of it.</summary>
public enum ChainFault
{
    /// <summary>The row is not what was written: a column differs, or its link does.</summary>
    Altered,

    /// <summary>Rows between two others, or before the first, are not there.</summary>
    Missing,

    /// <summary>The row has a number that another had before it, or stands before one it should follow.</summary>
    OutOfOrder,

    /// <summary>The row names no writer or has no number: no gateway wrote it so.</summary>
    Unchained,

    /// <summary>A writer's checkpoint speaks of later rows than there are, or of another last row.</summary>
    Cut,

    /// <summary>There are rows of a chain, and no checkpoint, or one that stands before them.</summary>
    Unaccounted,

    /// <summary>The chain does not hold what an anchor saw of it.</summary>
    Unanchored,
}

/// <summary>One place where the record is not what the gateways wrote.</summary>
/// <param name="Fault">What is wrong.</param>
/// <param name="Writer">The chain; null for a row that names none.</param>
/// <param name="Seq">The place in it, where there is one.</param>
/// <param name="RequestId">The row, where there is one.</param>
/// <param name="Message">For a person.</param>
public sealed record ChainFinding(
    ChainFault Fault,
    AuditWriterMonth? Writer,
    long? Seq,
    Guid? RequestId,
    string Message);

/// <summary>The last link of a chain: what an anchor keeps.</summary>
/// <param name="Writer">The chain.</param>
/// <param name="Seq">The number of its last row.</param>
/// <param name="ChainHash">That row's link, in lower-case hex.</param>
public sealed record ChainHead(AuditWriterMonth Writer, long Seq, string ChainHash);
