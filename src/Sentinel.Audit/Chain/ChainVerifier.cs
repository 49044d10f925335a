using System.Globalization;
using System.Text.Json;
using Sentinel.Audit.Reading;

namespace Sentinel.Audit.Chain;

/// <summary>Reads every row once, in the order of writing, and follows all chains at the same time.</summary>
/// <remarks>
/// What is held is one link for each writer and month. Gateways may go on writing: checkpoints are read before the
/// rows, which must not be fewer, and after them, which must not be more. A finding does not hide the next: each chain
/// goes on from the link that the row at fault carries.
/// </remarks>
public sealed class ChainVerifier
{
    // So many rows between two words to who watches.
    private const int WatchedRows = 256;

    private readonly RowChain _chain = new();
    private readonly Dictionary<AuditWriterMonth, Progress> _progress = [];
    private readonly ChainReport _report = new();

    private readonly ChainMonths _months;
    private Progress? _latest;

    private ChainVerifier(ChainMonths months) => _months = months;

    /// <param name="reader">The store.</param>
    /// <param name="anchors">Heads that an earlier verification kept elsewhere.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="months">Which months are looked at; all of them unless given.</param>
    /// <param name="watch">Told again and again what was seen so far, and in which chain; null for nobody.</param>
    /// <exception cref="AuditReadException">The store cannot be read.</exception>
    public static async Task<ChainReport> VerifyAsync(
        IAuditReader reader,
        IReadOnlyCollection<ChainHead> anchors,
        CancellationToken cancellationToken,
        ChainMonths months = default,
        Func<ChainReport, AuditWriterMonth?, ValueTask>? watch = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(anchors);
        var verifier = new ChainVerifier(months);
        foreach (var anchor in anchors.Where(anchor => months.Contains(anchor.Writer.Month)))
        {
            verifier.Of(anchor.Writer).Anchors.Add(anchor);
        }

        await verifier.ReadCheckpointsAsync(reader, (progress, before) => progress.Before = before, cancellationToken);
        var query = new AuditQuery { Order = AuditOrder.AsWritten, From = months.From, To = months.To };
        await foreach (var row in reader.ReadAsync(query, cancellationToken))
        {
            verifier.Take(row);
            if (watch is not null && verifier._report.Rows % WatchedRows == 0)
            {
                await watch(verifier._report, verifier._latest?.Writer);
            }
        }

        await verifier.ReadCheckpointsAsync(reader, (progress, after) => progress.After = after, cancellationToken);
        return verifier.Conclude();
    }

    private async Task ReadCheckpointsAsync(
        IAuditReader reader,
        Action<Progress, StoredCheckpoint> keep,
        CancellationToken cancellationToken)
    {
        await foreach (var checkpoint in reader.ReadCheckpointsAsync(cancellationToken))
        {
            if (_months.Contains(checkpoint.Writer.Month))
            {
                keep(Of(checkpoint.Writer), checkpoint);
            }
        }
    }

    private Progress Of(AuditWriterMonth writer)
    {
        if (!_progress.TryGetValue(writer, out var progress))
        {
            _progress.Add(writer, progress = new Progress(writer));
        }

        return progress;
    }

    private void Take(StoredRow row)
    {
        _report.Rows++;
        if (row is not { JournalId: { } journal, Seq: { } seq })
        {
            _report.Add(new ChainFinding(
                ChainFault.Unchained, null, row.Seq, row.RequestId, "The row has no writer or no number."));
            return;
        }

        var progress = Of(new AuditWriterMonth(journal, new DateOnly(row.Timestamp.Year, row.Timestamp.Month, 1)));
        _latest = progress;
        if (seq <= progress.Seq)
        {
            Find(progress, ChainFault.OutOfOrder, row, "The number was there before.");
            return;
        }

        if (seq != progress.Seq + 1)
        {
            Find(progress, ChainFault.Missing, row, Numbers(progress.Seq + 1, seq - 1) + " missing before this row.");
        }
        else if (!IsLinked(progress, row))
        {
            Find(progress, ChainFault.Altered, row, "The row, or the link to the one before it, is not as written.");
        }

        progress.Seq = seq;
        progress.Link = row.ChainHash.ToArray();
        Meet(progress, row);
    }

    private bool IsLinked(Progress progress, StoredRow row)
    {
        try
        {
            return _chain.Link(progress.Link, row).AsSpan().SequenceEqual(row.ChainHash.Span);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // What a checkpoint or an anchor says of this very row.
    private void Meet(Progress progress, StoredRow row)
    {
        if (progress.Before is { } before && before.Seq == row.Seq
            && !before.ChainHash.Span.SequenceEqual(row.ChainHash.Span))
        {
            Find(progress, ChainFault.Cut, row, "The checkpoint has another link for this row.");
        }

        foreach (var anchor in progress.Anchors)
        {
            if (anchor.Seq == row.Seq && anchor.ChainHash != Convert.ToHexStringLower(row.ChainHash.Span))
            {
                Find(progress, ChainFault.Unanchored, row, "The anchor has another link for this row.");
            }
        }
    }

    private ChainReport Conclude()
    {
        var months = _progress.Values.Where(progress => progress.Seq > 0)
            .Select(progress => progress.Writer.Month)
            .ToHashSet();
        foreach (var progress in _progress.Values)
        {
            Conclude(progress, isMonthDropped: !months.Contains(progress.Writer.Month));
        }

        var withRows = _progress.Values.Where(progress => progress.Seq > 0).ToList();
        _report.Chains = withRows.Count;
        _report.Anchors = _progress.Values.Sum(progress => progress.Anchors.Count);
        _report.Heads =
        [
            .. withRows.OrderBy(progress => progress.Writer.Month).ThenBy(progress => progress.Writer.JournalId)
                .Select(progress => new ChainHead(
                    progress.Writer, progress.Seq, Convert.ToHexStringLower(progress.Link))),
        ];

        // Each checkpoint says what its writer had lost in all by then.
        _report.Dropped = _progress.Values.Where(progress => progress.After is not null)
            .GroupBy(progress => progress.Writer.JournalId)
            .Sum(writer => writer.Max(progress => progress.After!.Dropped));
        _report.DroppedMonths =
        [
            .. _progress.Values.Where(progress => progress.After is not null && !months.Contains(progress.Writer.Month))
                .GroupBy(progress => progress.Writer.Month)
                .OrderBy(month => month.Key)
                .Select(month => new DroppedMonth(month.Key, month.Count(), month.Sum(p => p.After!.Seq))),
        ];
        return _report;
    }

    private void Conclude(Progress progress, bool isMonthDropped)
    {
        if (!isMonthDropped && progress.Before is { } before && before.Seq > progress.Seq)
        {
            Find(
                progress,
                ChainFault.Cut,
                null,
                $"{Numbers(progress.Seq + 1, before.Seq)} missing at the end: the checkpoint has them.");
        }

        if (progress.Seq > (progress.After?.Seq ?? 0))
        {
            Find(
                progress,
                ChainFault.Unaccounted,
                null,
                $"{Numbers((progress.After?.Seq ?? 0) + 1, progress.Seq)} beyond the writer's checkpoint.");
        }

        var last = isMonthDropped ? progress.After?.Seq ?? 0 : progress.Seq;
        foreach (var anchor in progress.Anchors)
        {
            var isOther = isMonthDropped && anchor.Seq == last
                && anchor.ChainHash != Convert.ToHexStringLower(progress.After!.ChainHash.Span);
            if (anchor.Seq > last || isOther)
            {
                Find(
                    progress,
                    ChainFault.Unanchored,
                    null,
                    $"{Numbers(anchor.Seq, anchor.Seq)} anchored, and not in the chain any more.");
            }
        }
    }

    private void Find(Progress progress, ChainFault fault, StoredRow? row, string message) =>
        _report.Add(new ChainFinding(fault, progress.Writer, row?.Seq ?? progress.Seq, row?.RequestId, message));

    private static string Numbers(long first, long last) => first == last
        ? string.Create(CultureInfo.InvariantCulture, $"Row {first} is")
        : string.Create(CultureInfo.InvariantCulture, $"Rows {first} to {last} are");

    private sealed class Progress(AuditWriterMonth writer)
    {
        public AuditWriterMonth Writer => writer;

        public long Seq { get; set; }

        public byte[] Link { get; set; } = RowChain.Start;

        public StoredCheckpoint? Before { get; set; }

        public StoredCheckpoint? After { get; set; }

        public List<ChainHead> Anchors { get; } = [];
    }
}
