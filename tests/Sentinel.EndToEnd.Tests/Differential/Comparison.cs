using System.Text.Json;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>One call as a gateway authorized and recorded it.</summary>
/// <param name="RequestId">The row's; null where no gateway gave one.</param>
internal sealed record Recorded(
    string? RequestId,
    string Tool,
    string Arguments,
    string? JsonRpcId,
    bool IsAllowed,
    bool IsSuccess
)
{
    public static Recorded Of(Row row)
    {
        using var parameters = JsonDocument.Parse(Canonical.Repair(row.Text("request_args") ?? "null"));
        var hasArguments = parameters.RootElement.ValueKind == JsonValueKind.Object
            && parameters.RootElement.TryGetProperty("arguments", out _);
        return new Recorded(
            row.Text("request_id"),
            row.Text("tool_name")!,
            hasArguments ? Canonical.Of(parameters.RootElement.GetProperty("arguments")) : "null",
            row.Text("jsonrpc_id") is { } id ? Canonical.Of(id) : null,
            row.Text("response_status") != "denied" && !RefusalTable.IsRefusal(row.Text("reason")),
            row.Text("response_status") == "success"
        );
    }

    public override string ToString() =>
        $"{(IsAllowed ? "allowed" : "refused")} {Tool}({Arguments}) of id {JsonRpcId ?? "none"}";
}

/// <summary>Whether a server did what was authorized and recorded, and nothing else.</summary>
internal static class Comparison
{
    public static IEnumerable<string> Findings(IEnumerable<SampleCall> executed, IEnumerable<Recorded> recorded)
    {
        var free = recorded.Where(call => call.IsAllowed).ToList();
        var shown = string.Join(" | ", recorded);
        foreach (var call in executed)
        {
            var arguments = call.Arguments is { } sent ? Canonical.Of(sent) : "null";
            var id = call.JsonRpcId is { } given ? Canonical.Of(given) : null;
            var match = free.FindIndex(one => one.Tool == call.Tool && one.Arguments == arguments
                && one.JsonRpcId == id);
            if (match < 0)
            {
                yield return $"executed {call.Tool}({arguments}) of id {id ?? "none"}; recorded: {shown}";
            }
            else
            {
                free.RemoveAt(match);
            }
        }

        foreach (var call in free.Where(call => call.IsSuccess))
        {
            yield return $"recorded as a success, and not executed: {call}";
        }
    }
}
