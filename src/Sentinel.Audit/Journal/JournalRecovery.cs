namespace Sentinel.Audit.Journal;

/// <summary>What was found in the segments of earlier runs.</summary>
/// <param name="Crashed">Calls that had been begun and had no outcome: each has one now, which says so.</param>
/// <param name="DamagedBytes">What was no sound record.</param>
/// <param name="MissingRows">Rows whose numbers are missing between two that are there, or whose Begin is.</param>
internal sealed record RecoveredJournal(int Crashed, long DamagedBytes, long MissingRows);

/// <summary>Ends what a killed gateway left open.</summary>
internal static class JournalRecovery
{
    public const string Reason = "gateway_crashed";

    /// <summary>Reads every segment of earlier runs once, and gives every call without an outcome one.</summary>
    public static RecoveredJournal Run(AuditJournal journal)
    {
        var reader = new JournalReader(journal, 0);
        var open = new Dictionary<Guid, JournalTicket>();
        long missing = 0;
        long lastSequence = 0;
        while (reader.TryRead(out var start, out var header, out var payload)
            && JournalPosition.Segment(start) < journal.FirstOwnSegment)
        {
            var segment = journal.SegmentFrom(JournalPosition.Segment(start))!;
            if (header.IsRow)
            {
                // Each run counts from 1.
                missing += header.Sequence > lastSequence ? header.Sequence - lastSequence - 1 : 0;
                lastSequence = header.Sequence;
                segment.LastRow = reader.Position;
            }

            switch (header.Kind)
            {
                case RecordKind.Begin or RecordKind.Carried:
                    var begun = EntryFormat.ReadBegin(payload);
                    open[begun.RequestId] = new JournalTicket(begun.RequestId)
                    {
                        Begin = start,
                        Segment = segment,
                        IsCrashed = true,
                    };
                    break;
                case RecordKind.End:
                    var (begin, requestId) = EntryFormat.ReadReference(payload);
                    open.Remove(requestId);
                    if (journal.SegmentFrom(JournalPosition.Segment(begin)) is { } holder)
                    {
                        holder.LastEnd = Math.Max(holder.LastEnd, reader.Position);
                    }

                    break;
                default:
                    break;
            }
        }

        journal.TakeUp(open.Values);
        foreach (var ticket in open.Values)
        {
            journal.End(ticket, Crashed(ticket.RequestId));
        }

        return new RecoveredJournal(open.Count, reader.DamagedBytes, missing);
    }

    // Everything but the outcome comes from the Begin that the End refers to.
    private static AuditEntry Crashed(Guid requestId) => new()
    {
        RequestId = requestId,
        Timestamp = DateTime.UnixEpoch,
        ClientSubject = "",
        ClientRole = "",
        ToolName = "",
        BackendName = "",
        Outcome = AuditOutcome.Error,
        Reason = Reason,
        ErrorMessage = "The gateway ended before it saw the answer; the call may have been executed.",
        LatencyUs = 0,
    };
}
