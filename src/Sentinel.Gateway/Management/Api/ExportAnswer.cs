using System.Globalization;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Every call that is asked for, as a file.</summary>
internal sealed class ExportAnswer(StoreQuestions questions, ReadLog log, TimeProvider time)
{
    private const int CharsOfPart = 64 * 1024;

    public async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        var (filter, error) = CallFilters.Read(request.Query, time.GetUtcNow(), "format");
        var format = CallFilters.Text(request.Query, "format") ?? "csv";
        if ((error ?? (format is "csv" or "jsonl" ? null : ApiError.BadRequest("'format' takes csv or jsonl.")))
            is { } fault)
        {
            return fault;
        }

        using var place = questions.TryEnterExport();
        if (place is null)
        {
            return ApiError.Busy with { Message = "Other exports are under way; try again when one has ended." };
        }

        using var reading = log.Begin(request, "export", [.. CallFilters.Names, "format"]);
        await WriteAsync(request, filter!, isCsv: format == "csv", reading);
        return null;
    }

    private async Task WriteAsync(ApiRequest request, AuditQuery filter, bool isCsv, ReadLog.Reading reading)
    {
        var rows = questions.Reader.ReadAsync(filter, request.Cancelled);
        using var answer = new LongAnswer(request.Context, request.Cancelled);
        using var json = new RowJson();
        var pending = 0;
        var hasBegun = false;
        await foreach (var row in rows)
        {
            if (!hasBegun)
            {
                // Only once the store has answered: until then a fault can still be said.
                Begin(request.Context, answer, isCsv);
                hasBegun = true;
            }

            var line = isCsv ? RowCsv.Line(row) : json.Line(row) + "\n";
            answer.Write(line);
            reading.Rows++;
            pending += line.Length;
            if (pending >= CharsOfPart)
            {
                await answer.FlushAsync();
                pending = 0;
            }
        }

        if (!hasBegun)
        {
            Begin(request.Context, answer, isCsv);
        }

        await answer.FlushAsync();
        reading.IsWhole = true;
    }

    private void Begin(HttpContext context, LongAnswer answer, bool isCsv)
    {
        var name = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        context.Response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentDisposition =
            $"attachment; filename=\"sentinel-audit-{name}.{(isCsv ? "csv" : "jsonl")}\"";
        if (isCsv)
        {
            answer.Write(RowCsv.Header);
        }
    }
}
