namespace Sentinel.Audit.Journal;

/// <summary>Makes the next segment, and removes those that are needed no more; of the upkeep's thread alone.</summary>
/// <remarks>
/// Files are made and deleted without the journal's lock: that takes the disk milliseconds, in which calls would find
/// no way into the journal.
/// </remarks>
internal sealed class SegmentTurnover(
    Lock journalLock,
    SegmentList segments,
    JournalAppender appender,
    StoredMarks stored)
{
    /// <summary>The last place in segments that are gone. Under the journal's lock.</summary>
    public long RemovedThrough { get; private set; }

    /// <param name="flush">Puts on the disk what has been appended; false where the disk fails.</param>
    public void Run(Func<bool> flush)
    {
        bool hasRoom;
        do
        {
            hasRoom = MakeSpare();
        }
        while (RemoveOldest(hasRoom, flush));
    }

    // Whether there is, or was a moment ago, room for a further segment.
    private bool MakeSpare()
    {
        int number;
        lock (journalLock)
        {
            if (appender.IsClosed || segments.HasSpare)
            {
                return true;
            }

            if (segments.PlanSpare() is not { } planned)
            {
                return false;
            }

            number = planned;
        }

        var made = segments.Create(number);
        lock (journalLock)
        {
            if (appender.IsClosed)
            {
                made.Discard();
            }
            else
            {
                segments.Install(made);
            }
        }

        return made.Segment is not null;
    }

    // Whether it is worth looking again.
    private bool RemoveOldest(bool hasRoom, Func<bool> flush)
    {
        JournalSegment oldest;
        bool isFree;
        lock (journalLock)
        {
            if (appender.IsClosed)
            {
                return false;
            }

            if (segments.Current is null && segments.TryMakeSpare(isBounded: false))
            {
                segments.Roll();
            }

            // Kept for a standby only while there is room for what the store does not have yet.
            if (segments.All is not [{ IsSealed: true, IsKnown: true } first, ..]
                || first.NeededUntil > (hasRoom ? stored.Floor : stored.Last))
            {
                return false;
            }

            oldest = first;
            isFree = oldest.Open.Count == 0;
            if (isFree)
            {
                appender.Unflushed.Remove(oldest);
                RemovedThrough = Math.Max(RemovedThrough, oldest.NeededUntil);
                segments.Delist(oldest);
            }
            else if (!IsWorthCarrying(oldest, hasRoom) || !appender.TryCarry(oldest))
            {
                return false;
            }
        }

        if (!isFree)
        {
            // Copies of its open Begins are on the disk before it goes.
            return flush();
        }

        // Killed before this, the next start finds a segment that the store has.
        oldest.Delete();
        return true;
    }

    // Copying has to free more than it takes, or a full segment of open calls would be copied again and again; where
    // there is no room, what it must free is the segment behind.
    private bool IsWorthCarrying(JournalSegment oldest, bool hasRoom) =>
        2L * oldest.Open.Sum(ticket => (long)ticket.BeginBytes) <= oldest.End
        || (!hasRoom
            && segments.All is [_, { IsSealed: true, IsKnown: true, LastRow: > 0 } next, ..]
            && next.NeededUntil <= stored.Last);
}
