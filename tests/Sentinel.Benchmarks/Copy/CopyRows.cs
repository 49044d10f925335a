using System.Globalization;
using System.Text;
using Sentinel.Audit;
using Sentinel.Audit.Stores;

namespace Sentinel.Benchmarks.Copy;

/// <summary>Entries as a gateway makes them: a thousand callers, fifty tools, 400 bytes of arguments.</summary>
internal static class CopyRows
{
    public const int BatchRows = 1000;

    private const int Months = 4;

    /// <summary>Batches in the order of time, over the months that have partitions.</summary>
    public static IEnumerable<UnnumberedBatch> Batches(int rows, int batchRows = BatchRows)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var start = new DateTime(now.Year, now.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        var step = (start.AddMonths(Months) - start) / rows;
        var sequence = new WriterSequence(Guid.CreateVersion7(), "host:1");
        for (var first = 0; first < rows; first += batchRows)
        {
            var entries = Enumerable.Range(first, batchRows).Select(i => Entry(i, start + (i * step))).ToArray();
            yield return new UnnumberedBatch(sequence, entries);
        }
    }

    private static AuditEntry Entry(int number, DateTime timestamp) => new()
    {
        RequestId = Guid.CreateVersion7(new DateTimeOffset(timestamp)),
        Timestamp = timestamp,
        ClientSubject = string.Create(CultureInfo.InvariantCulture, $"caller-{number % 1000}"),
        ClientRole = "analyst,reader",
        ToolName = string.Create(CultureInfo.InvariantCulture, $"search_{number % 50}"),
        BackendName = "github",
        RequestArgs = Arguments(number),
        Outcome = AuditOutcome.Success,
        HttpStatus = 200,
        LatencyUs = 12_345,
        FirstByteUs = 11_000,
        GatewayUs = 55,
        ClientIssuer = "https://login.example.com/tenant/v2.0",
        ClientDisplay = "Alice Example",
        ClientApp = "0190c0de-0000-7000-9000-000000000001",
        Method = "tools/call",
        JsonRpcId = string.Create(CultureInfo.InvariantCulture, $"{number}"),
        SessionHash = new string('a', 64),
        ProtocolVersion = "2025-11-25",
        ClientName = "inspector/0.17.2",
        ClientAddress = "192.0.2.1",
        Route = "github",
        TraceId = "4bf92f3577b34da6a3ce929d0e0e4736",
        RequestBytes = 620,
        ResponseBytes = 4096,
        Decision = "analyst: allow github/search_*",
    };

    private static byte[] Arguments(int number)
    {
        var filters = """{"project":"OPS","open":true,"labels":["bug","urgent"]}""";
        var query = string.Create(
            CultureInfo.InvariantCulture, $$"""{"query":"{{Words}} {{number}}","limit":20,"filters":{{filters}}}""");
        return Encoding.UTF8.GetBytes($$"""{"name":"search","arguments":{{query}}}""");
    }

    private static string Words { get; } = string.Join(' ', Enumerable.Repeat("some words of a question", 10));
}

/// <summary>Entries before their rows are made and linked.</summary>
internal sealed record UnnumberedBatch(WriterSequence Sequence, AuditEntry[] Entries)
{
    /// <summary>What the writer does besides sending: clean-up, numbers, links.</summary>
    public AuditBatch Number()
    {
        var batch = Sequence.Number(Array.ConvertAll(Entries, AuditRow.From), dropped: 0);
        Sequence.Advance(batch);
        return batch;
    }
}
