namespace Sentinel.Audit.Reading;

/// <summary>A writer and a month, in UTC: what one chain is about.</summary>
/// <param name="JournalId">The writer.</param>
/// <param name="Month">The month's first day.</param>
public readonly record struct AuditWriterMonth(Guid JournalId, DateOnly Month)
{
    internal DateOnly FirstDay => new(Month.Year, Month.Month, 1);

    /// <summary>The day after the month; null where the calendar ends.</summary>
    internal DateOnly? NextMonth => FirstDay < new DateOnly(9999, 12, 1) ? FirstDay.AddMonths(1) : null;
}

/// <summary>Rows of a chain: those after one number, up to and with another.</summary>
/// <param name="Writer">The chain.</param>
/// <param name="After">The last number that is not among them; 0 for none.</param>
/// <param name="Last">The last one that is.</param>
public readonly record struct AuditSpan(AuditWriterMonth Writer, long After, long Last);
