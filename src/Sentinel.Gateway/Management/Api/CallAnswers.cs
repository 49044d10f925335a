using Sentinel.Audit.Reading;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Recorded calls: a page of them, or one in full.</summary>
internal sealed class CallAnswers(StoreQuestions questions, ReadLog log, TimeProvider time)
{
    private const int LimitUsual = 50;
    private const int LimitMax = 200;

    // What one page may hold in memory, beyond its last row.
    private const long ArgumentBytesMax = 4 * 1024 * 1024;

    private static readonly string[] Paging = ["order", "limit", "after"];

    public async Task<ApiError?> ListAsync(ApiRequest request)
    {
        var (filter, error) = CallFilters.Read(request.Query, time.GetUtcNow(), Paging);
        string? problem = null;
        var limit = CallFilters.Number(request.Query, "limit", LimitUsual, LimitMax, ref problem);
        var order = CallFilters.Text(request.Query, "order") ?? "newest";
        problem ??= order is "newest" or "oldest" ? null : "'order' takes newest or oldest.";
        AuditCursor? after = null;
        if (CallFilters.Text(request.Query, "after") is { } text)
        {
            after = AuditCursor.TryParse(text, out var cursor) ? cursor : null;
            problem ??= after is null ? "'after' takes what the page before said." : null;
        }

        if ((error ?? (problem is null ? null : ApiError.BadRequest(problem))) is { } fault)
        {
            return fault;
        }

        var query = filter! with
        {
            Order = order == "oldest" ? AuditOrder.OldestFirst : AuditOrder.NewestFirst,
            After = after,
            // One more says whether there are more.
            Limit = limit + 1,
        };
        using var reading = log.Begin(request, "calls", [.. CallFilters.Names, .. Paging]);
        using var place = questions.TryEnterAnswer();
        if (place is null || await ReadAsync(query, request.Cancelled) is not { } read)
        {
            return ApiError.Busy;
        }

        var (rows, isCut) = read;
        var isMore = isCut || rows.Count > limit;
        var page = rows.Count > limit ? rows[..limit] : rows;
        await WriteAsync(request, page, reading, isMore ? page[^1].Cursor.ToString() : null, hasNext: true);
        return null;
    }

    public async Task<ApiError?> ShowAsync(ApiRequest request)
    {
        if (!Guid.TryParseExact(request.Value, "D", out var id))
        {
            return ApiError.BadRequest("A call is named by the id that its response header had.");
        }

        if (CallFilters.Problem(request.Query, []) is { } problem)
        {
            return ApiError.BadRequest(problem);
        }

        using var reading = log.Begin(request, $"call {id}");
        using var place = questions.TryEnterAnswer();
        var query = new AuditQuery { RequestId = id, Limit = LimitMax };
        if (place is null || await ReadAsync(query, request.Cancelled) is not var (rows, _))
        {
            return ApiError.Busy;
        }

        if (rows.Count == 0)
        {
            reading.IsWhole = true;
            return ApiError.NotFound with { Message = "No recorded call has this id." };
        }

        await WriteAsync(request, rows, reading, next: null, hasNext: false);
        return null;
    }

    private async Task<(List<StoredRow> Rows, bool IsCut)?> ReadAsync(
        AuditQuery query,
        CancellationToken cancellationToken)
    {
        using var place = await questions.EnterAsync(cancellationToken);
        if (place is null)
        {
            return null;
        }

        // Taken whole before it is sent: the store must not wait for a viewer's line.
        var rows = new List<StoredRow>();
        var bytes = 0L;
        await foreach (var row in questions.Reader.ReadAsync(query, cancellationToken))
        {
            rows.Add(row);
            bytes += row.RequestArgs.Length;
            if (bytes >= ArgumentBytesMax)
            {
                return (rows, true);
            }
        }

        return (rows, false);
    }

    private async Task WriteAsync(
        ApiRequest request,
        List<StoredRow> rows,
        ReadLog.Reading reading,
        string? next,
        bool hasNext)
    {
        using var line = new RowJson();
        await ApiJson.WriteListAsync(
            request.Context,
            "rows",
            rows,
            (json, row) => json.WriteRawValue(line.Line(row), skipInputValidation: true),
            json =>
            {
                if (hasNext)
                {
                    json.WriteString("next", next);
                }
            },
            questions.StallMax);
        reading.Rows = rows.Count;
        reading.IsWhole = true;
    }
}
