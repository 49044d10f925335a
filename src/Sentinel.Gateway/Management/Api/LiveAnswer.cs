using Sentinel.Audit.Reading;
using Sentinel.Gateway.Management.Viewers;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Calls as they are recorded, by whichever gateway, as an event stream.</summary>
internal sealed class LiveAnswer(StoreQuestions questions, ViewerSessions sessions, ReadLog log, TimeProvider time)
{
    /// <summary>Streams at once.</summary>
    public const int StreamsMax = 20;

    private const int RowsOfStep = 500;
    private const long BytesOfStep = 4 * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    private int _streams;

    public async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        var (filter, error) = CallFilters.Read(request.Query, time.GetUtcNow());
        if (error is not null)
        {
            return error;
        }

        if (Interlocked.Increment(ref _streams) > StreamsMax)
        {
            Interlocked.Decrement(ref _streams);
            return ApiError.Busy with { Message = $"{StreamsMax} live views are open, which are the most." };
        }

        try
        {
            using var reading = log.Begin(request, "live calls", CallFilters.Names);
            await FollowAsync(request, filter!, reading);
            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private async Task FollowAsync(ApiRequest request, AuditQuery filter, ReadLog.Reading reading)
    {
        var tail = new AuditTail(questions.Reader);
        using (await questions.EnterTailAsync(request.Cancelled))
        {
            await tail.StartAsync(request.Cancelled);
        }

        using var line = new RowJson();
        using var answer = new LongAnswer(request.Context, request.Cancelled);
        await answer.BeginEventsAsync();
        var written = time.GetTimestamp();
        reading.IsWhole = true;
        try
        {
            while (sessions.Holds(request.Viewer))
            {
                var (rows, isAway) = await StepAsync(tail, filter, request.Cancelled);
                foreach (var row in rows)
                {
                    answer.Event("row", line.Line(row));
                }

                reading.Rows += rows.Count;
                if (rows.Count > 0 || time.GetElapsedTime(written) >= HeartbeatInterval)
                {
                    answer.Comment();
                    await answer.FlushAsync();
                    written = time.GetTimestamp();
                }

                if (rows.Count < RowsOfStep)
                {
                    await Task.Delay(isAway ? RetryInterval : Interval, time, request.Cancelled);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The viewer left or signed out, or the gateway stops: the ways in which it ends.
        }
    }

    // As many as are sent at a time: a step that is left early goes on where it was.
    private async Task<(List<StoredRow> Rows, bool IsAway)> StepAsync(
        AuditTail tail,
        AuditQuery filter,
        CancellationToken cancellationToken)
    {
        var rows = new List<StoredRow>();
        try
        {
            using var place = await questions.EnterTailAsync(cancellationToken);
            var bytes = 0L;
            await foreach (var row in tail.StepAsync(filter, cancellationToken))
            {
                rows.Add(row);
                bytes += row.RequestArgs.Length;
                if (rows.Count == RowsOfStep || bytes > BytesOfStep)
                {
                    break;
                }
            }

            return (rows, false);
        }
        catch (AuditReadException)
        {
            // What came before the store went away is shown, and the rest once it is back.
            return (rows, true);
        }
    }
}
