using System.Buffers;
using System.Text;
using System.Text.Json;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Management.Viewers;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Follows every writer's chain, and says how far it is and what it finds.</summary>
internal sealed class VerifyAnswer(StoreQuestions questions, ViewerSessions sessions, ReadLog log, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        var problem = CallFilters.Problem(request.Query, ["from", "to"]);
        var now = time.GetUtcNow();
        var from = CallFilters.Time(request.Query, "from", now, ref problem);
        var to = CallFilters.Time(request.Query, "to", now, ref problem);
        if (problem is not null)
        {
            return ApiError.BadRequest(problem);
        }

        using var place = questions.TryEnterVerification();
        if (place is null)
        {
            return ApiError.VerificationRuns;
        }

        using var reading = log.Begin(request, "verification", "from", "to");
        await WriteAsync(request, ChainMonths.Touching(from, to), reading);
        return null;
    }

    private async Task WriteAsync(ApiRequest request, ChainMonths months, ReadLog.Reading reading)
    {
        var reader = questions.Reader;
        using var answer = new LongAnswer(request.Context, request.Cancelled);
        var said = 0;
        var saidAt = time.GetTimestamp();
        await answer.BeginEventsAsync();
        try
        {
            var report = await ChainVerifier.VerifyAsync(reader, [], request.Cancelled, months, async (seen, writer) =>
            {
                reading.Rows = seen.Rows;
                if (time.GetElapsedTime(saidAt) < Interval)
                {
                    return;
                }

                saidAt = time.GetTimestamp();
                said = Tell(answer, seen, said);
                answer.Event("progress", Json(json =>
                {
                    json.WriteNumber("rows", seen.Rows);
                    json.WriteString("writer", writer?.JournalId.ToString() ?? "");
                }));
                await answer.FlushAsync();
                if (!sessions.Holds(request.Viewer))
                {
                    throw new OperationCanceledException(request.Viewer.Ended);
                }
            });
            Tell(answer, report, said);
            answer.Event("done", Json(json =>
            {
                json.WriteBoolean("intact", report.IsIntact);
                json.WriteNumber("rows", report.Rows);
                json.WriteNumber("findings", report.FindingCount);
                json.WriteNumber("chains", report.Chains);
                json.WriteNumber("dropped", report.Dropped);
            }));
            reading.Rows = report.Rows;
            reading.IsWhole = true;
        }
        catch (AuditReadException exception)
        {
            // The stream has begun, so that no status can say it.
            answer.Event("error", Json(json =>
            {
                json.WriteString("code", "store_unavailable");
                json.WriteString("message", exception.Message);
            }));
        }

        await answer.FlushAsync();
    }

    private static int Tell(LongAnswer answer, ChainReport report, int said)
    {
        for (; said < report.Findings.Count; said++)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer))
            {
                FindingJson.Write(json, report.Findings[said]);
            }

            answer.Event("finding", Encoding.UTF8.GetString(buffer.WrittenSpan));
        }

        return said;
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
