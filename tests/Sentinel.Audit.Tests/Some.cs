using System.Text;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Tests;

/// <summary>Entries and rows with fixed values, changed by the test that needs others.</summary>
internal static class Some
{
    public static readonly DateTime Time =
        new DateTime(2026, 11, 23, 10, 20, 30, DateTimeKind.Utc).AddMicroseconds(123_456);

    public static readonly Guid WriterId = Guid.Parse("0190c0de-0000-7000-8000-000000000001");

    public static AuditEntry Entry(int number = 1) => new()
    {
        RequestId = Guid.Parse($"0190c0de-0000-7000-9000-{number:x12}"),
        Timestamp = Time,
        ClientSubject = "alice",
        ClientRole = "analyst",
        ToolName = "search_code",
        BackendName = "github",
        Outcome = AuditOutcome.Success,
        LatencyUs = 1_500,
    };

    public static AuditEntry FullEntry() => Entry() with
    {
        RequestArgs = Utf8("""{"name":"search_code","arguments":{"q":"ä\"b","n":[1,2.50,true,null]}}"""),
        Outcome = AuditOutcome.Error,
        ErrorMessage = "It broke: 😀",
        Reason = "tool_error",
        ErrorCode = -32603,
        HttpStatus = 200,
        LatencyUs = 1_234_567,
        FirstByteUs = 1_000,
        GatewayUs = 55,
        ClientIssuer = "https://idp.example.com",
        ClientTenant = "tenant-1",
        ClientDisplay = "Alice Ångström",
        ClientApp = "app-7",
        Method = "tools/call",
        JsonRpcId = "\"7\"",
        SessionHash = new string('a', 64),
        ProtocolVersion = "2025-11-25",
        ClientName = "inspector",
        ClientAddress = "192.0.2.1",
        Route = "github",
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        RequestBytes = 321,
        ResponseBytes = 65_536,
        Decision = "analyst: github/search_*",
    };

    public static AuditRow Row(int number = 1) => AuditRow.From(Entry(number));

    public static AuditRow[] Rows(int count) => [.. Enumerable.Range(1, count).Select(Row)];

    public static AuditBatch Batch(params AuditRow[] rows) =>
        new WriterSequence(WriterId, "host:1").Number(rows, dropped: 0);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
