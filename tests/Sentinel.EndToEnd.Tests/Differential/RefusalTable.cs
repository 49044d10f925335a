using System.Text.Json;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>The refusals that a gateway may answer a hostile request with.</summary>
internal static class RefusalTable
{
    private static readonly (int Status, int Code, string Reason)[] Rows =
    [
        (400, -32700, "parse_error"),
        (400, -32600, "invalid_request"),
        (400, -32602, "invalid_request"),
        (400, -32020, "header_mismatch"),
        (413, -31413, "body_too_large"),
        (415, -31415, "unsupported_media_type"),
        (401, -31401, "unauthenticated"),
        (403, -31403, "origin_denied"),
        (200, -31403, "rbac"),
        (200, -31403, "batch_refused"),
        (404, -31404, "route_unknown"),
        (404, -31404, "session_unknown"),
        (405, -31405, "method_not_allowed"),
    ];

    // What Kestrel itself refuses has an empty body: a malformed request, a length missing, lines too long, a version.
    private static readonly int[] OfKestrel = [400, 404, 405, 408, 411, 413, 414, 417, 431, 501, 505];

    public static bool IsRefusal(string? reason) => Rows.Any(row => row.Reason == reason);

    /// <summary>What is wrong with an answer to a request that reached no server; null for nothing.</summary>
    public static string? Fault(HostileBody body, RawAnswer answer)
    {
        if (answer.Status == 0)
        {
            return body.MayLackAnEnd || body.KeepsAlive ? null : "no answer";
        }

        if (answer.Body.Length == 0)
        {
            var isWithoutBody = body.Method is "HEAD" || answer.Status is 202 or 204;
            return isWithoutBody || OfKestrel.Contains(answer.Status) ? null : $"status {answer.Status} without a body";
        }

        try
        {
            using var json = JsonDocument.Parse(answer.Body);
            return json.RootElement.ValueKind == JsonValueKind.Array
                ? json.RootElement.EnumerateArray().Select(one => Fault(body, answer, one, isInBatch: true))
                    .FirstOrDefault(fault => fault is not null)
                : Fault(body, answer, json.RootElement, isInBatch: false);
        }
        catch (Exception exception)
            when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"no refusal: status {answer.Status}, {answer.Body}";
        }
    }

    // One status answers a whole batch, whatever its parts were refused for.
    private static string? Fault(HostileBody body, RawAnswer answer, JsonElement message, bool isInBatch)
    {
        var error = message.GetProperty("error");
        var reason = error.GetProperty("data").GetProperty("reason").GetString();
        var row = (answer.Status, error.GetProperty("code").GetInt32(), reason!);
        var isKnown = Rows.Contains(row)
            || (isInBatch && Rows.Any(known => (known.Code, known.Reason) == (row.Item2, row.Item3)));
        if (!isKnown)
        {
            return $"not in the contract: status {answer.Status}, {answer.Body}";
        }

        var id = message.TryGetProperty("id", out var given) ? given.GetRawText() : null;
        var needsId = reason is "rbac" or "header_mismatch";
        if (body.Id is not { } expected || (id is null && !needsId))
        {
            return null;
        }

        return id is not null && Canonical.Of(id) == Canonical.Of(expected)
            ? null
            : $"id {id ?? "missing"} instead of {expected}: {answer.Body}";
    }
}
