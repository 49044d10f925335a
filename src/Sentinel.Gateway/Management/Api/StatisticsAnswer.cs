using System.Globalization;
using System.Text.Json;
using Sentinel.Audit.Reading;

namespace Sentinel.Gateway.Management.Api;

/// <summary>How many calls, how many failed or were denied, how long they took.</summary>
internal sealed class StatisticsAnswer(StoreQuestions questions, ReadLog log, TimeProvider time)
{
    private const int LimitUsual = 100;
    private const int LimitMax = 2000;

    private static readonly TimeSpan RangeUsual = TimeSpan.FromHours(24);

    private static readonly string[] Own = ["by", "every", "limit"];

    private enum By
    {
        Tool,
        Caller,
        Backend,
        Reason,
        Time,
    }

    private enum Every
    {
        Minute,
        Hour,
        Day,
    }

    public async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        var now = time.GetUtcNow();
        var (filter, error) = CallFilters.Read(request.Query, now, Own);
        string? problem = null;
        var by = CallFilters.Choice<By>(request.Query, "by", ref problem) ?? By.Tool;
        var every = CallFilters.Choice<Every>(request.Query, "every", ref problem) ?? Every.Hour;
        var limit = CallFilters.Number(request.Query, "limit", LimitUsual, LimitMax, ref problem);
        if ((error ?? (problem is null ? null : ApiError.BadRequest(problem))) is { } fault)
        {
            return fault;
        }

        var to = filter!.To ?? now;
        var query = filter with { From = filter.From ?? to - RangeUsual, Limit = limit };
        using var reading = log.Begin(request, "statistics", [.. CallFilters.Names, .. Own]);
        AuditStatistics statistics;
        using (var place = await questions.EnterAsync(request.Cancelled))
        {
            if (place is null)
            {
                return ApiError.Busy;
            }

            statistics = await questions.Reader.ReadStatisticsAsync(query, Grouping(by, every), request.Cancelled);
        }

        // One more than asked for may have come.
        var groups = statistics.Groups.Take(limit).ToList();
        await ApiJson.WriteListAsync(
            request.Context,
            "groups",
            groups,
            (json, group) => Write(json, group, isTime: by == By.Time),
            json =>
            {
                json.WritePropertyName("total");
                Write(json, statistics.Total, isTime: false);
                json.WriteTime("from", query.From);
                json.WriteTime("to", to);
                json.WriteBoolean("truncated", statistics.GroupCount > groups.Count);
            });
        reading.Rows = groups.Count;
        reading.IsWhole = true;
        return null;
    }

    private static AuditGrouping Grouping(By by, Every every) => (by, every) switch
    {
        (By.Tool, _) => AuditGrouping.Tool,
        (By.Caller, _) => AuditGrouping.Caller,
        (By.Backend, _) => AuditGrouping.Backend,
        (By.Reason, _) => AuditGrouping.Reason,
        (_, Every.Minute) => AuditGrouping.Minute,
        (_, Every.Hour) => AuditGrouping.Hour,
        _ => AuditGrouping.Day,
    };

    private static void Write(Utf8JsonWriter json, AuditFigures figures, bool isTime)
    {
        json.WriteStartObject();
        if (isTime)
        {
            json.WriteTime("start", DateTimeOffset.Parse(
                figures.Key, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        }
        else
        {
            json.WriteString("key", figures.Key);
        }

        json.WriteNumber("calls", figures.Calls);
        json.WriteNumber("errors", figures.Errors);
        json.WriteNumber("denials", figures.Denied);
        json.WriteNumber("error_rate", Rate(figures.Errors, figures.Calls));
        json.WriteNumber("denial_rate", Rate(figures.Denied, figures.Calls));
        Write(json, "p50_ms", figures.P50Us);
        Write(json, "p95_ms", figures.P95Us);
        Write(json, "p99_ms", figures.P99Us);
        json.WriteEndObject();
    }

    private static double Rate(long part, long whole) => Math.Round((double)part / Math.Max(1, whole), 6);

    private static void Write(Utf8JsonWriter json, string name, long? micros)
    {
        if (micros is { } value)
        {
            json.WriteNumber(name, value / 1000m);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
