namespace Sentinel.Audit.Journal;

/// <summary>What was found in the segments of earlier runs.</summary>
/// <param name="Crashed">Calls that had been begun and had no outcome: each has one now, which says so.</param>
/// <param name="DamagedBytes">What was no sound record.</param>
/// <param name="MissingRows">Rows whose numbers are missing between two that are there, or whose Begin is.</param>
internal sealed record RecoveredJournal(int Crashed, long DamagedBytes, long MissingRows);

/// <summary>Ends what a killed gateway left open.</summary>
internal sealed class JournalRecovery
{
    public const string Reason = "gateway_crashed";

    private readonly AuditJournal _journal;
    private readonly Dictionary<Guid, JournalTicket> _open = [];
    private readonly long _damagedBytes;
    private readonly long _missing;

    /// <summary>Reads every segment of earlier runs once.</summary>
    public JournalRecovery(AuditJournal journal)
    {
        _journal = journal;
        var reader = new JournalReader(journal, 0);
        long lastSequence = 0;
        while (reader.TryRead(out var start, out var header, out var payload)
            && JournalPosition.Segment(start) < journal.FirstOwnSegment)
        {
            var segment = journal.SegmentFrom(JournalPosition.Segment(start))!;
            if (header.IsRow)
            {
                // Each run counts from 1.
                _missing += header.Sequence > lastSequence ? header.Sequence - lastSequence - 1 : 0;
                lastSequence = header.Sequence;
                segment.LastRow = reader.Position;
            }

            switch (header.Kind)
            {
                case RecordKind.Begin or RecordKind.Carried:
                    var begun = EntryFormat.ReadRequestId(payload);
                    _open[begun] = new JournalTicket(begun)
                    {
                        Begin = start,
                        BeginBytes = header.Bytes,
                        Segment = segment,
                        IsCrashed = true,
                    };
                    break;
                case RecordKind.End:
                    var (begin, requestId) = EntryFormat.ReadReference(payload);
                    _open.Remove(requestId);
                    if (journal.SegmentFrom(JournalPosition.Segment(begin)) is { } holder)
                    {
                        holder.LastEnd = Math.Max(holder.LastEnd, reader.Position);
                    }

                    break;
                default:
                    break;
            }
        }

        _damagedBytes = reader.DamagedBytes;
        journal.TakeUp(_open.Values);
    }

    /// <summary>The calls without an outcome.</summary>
    public IReadOnlyCollection<Guid> Open => _open.Keys;

    /// <summary>Gives every call without an outcome one, which says that the gateway crashed.</summary>
    /// <param name="stored">
    /// Calls of <see cref="Open"/> that have their row: their outcome was stored, and lost from the disk afterwards.
    /// </param>
    public RecoveredJournal End(IReadOnlySet<Guid> stored)
    {
        foreach (var ticket in _open.Values)
        {
            if (stored.Contains(ticket.RequestId))
            {
                _journal.Forget(ticket);
            }
            else
            {
                _journal.End(ticket, Crashed(ticket.RequestId));
            }
        }

        return new RecoveredJournal(_open.Count - stored.Count, _damagedBytes, _missing);
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
