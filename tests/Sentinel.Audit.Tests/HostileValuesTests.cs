using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Audit.Stores;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class HostileValuesTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Are_all_stored_in_postgres_without_a_single_quarantine()
    {
        var (server, database) = await postgres.MigratedAsync();
        var rig = new WriterRig(PostgresFixture.Store(server.ConnectionString(database)));

        await StoreAllAsync(rig);

        var stored = await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log");
        Assert.Equal(Corpus().Count, stored[0]);
    }

    [Fact]
    public async Task Are_all_stored_in_sqlite_without_a_single_quarantine()
    {
        var path = Path.Combine(_folder, "audit.db");
        var rig = new WriterRig(new SqliteAuditStore(
            path, retentionDays: 0, TimeProvider.System, NullLogger<SqliteAuditStore>.Instance));

        await StoreAllAsync(rig);

        Assert.Equal(Corpus().Count, (await StoredColumns.FromSqliteAsync(path)).Count);
    }

    // The counter-proof: what makes the corpus harmless is the clean-up, not the server's good nature.
    [Theory]
    [InlineData("""["\u0000"]""")]
    [InlineData("""["\ud800"]""")]
    [InlineData("[1e200000]")]
    [InlineData("{")]
    public async Task Would_be_refused_by_jsonb_as_they_come(string json)
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();

        await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => server.QueryAsync<string>(database, $"SELECT ('{json}'::jsonb)::text"));
    }

    private static async Task StoreAllAsync(WriterRig rig)
    {
        foreach (var entry in Corpus())
        {
            Assert.True(rig.Channel.TryWrite(entry));
        }

        await rig.StartAsync();
        await rig.WrittenAsync(Corpus().Count);
        await rig.DisposeAsync();
        Assert.Equal((0, 0), (rig.Channel.Status.Quarantined, rig.Channel.Status.Dropped));
    }

    private static List<AuditEntry> Corpus()
    {
        var random = new Random(20261123);
        var noise = string.Concat(Enumerable.Range(0, 100_000).Select(_ => (char)random.Next(0x4E00, 0x9FFF)));
        var surrogates = string.Concat(Enumerable.Range(0, 5_000).Select(_ => (char)random.Next(0xD800, 0xE000)));
        string[] json =
        [
            """{"a":"\u0000"}""", """{"\u0000":1}""", """{"\u0000\u0000":{"\u0000":[]}}""", """["\ud800"]""",
            """["\udfff"]""", """["\udfff\ud800"]""", """["\ud83d\ude00"]""", """{"\ud800":"\ud800"}""",
            "[1e400]", "[-1e400]", "[1e131072]", "[1e200000]", "[1e-20000]", "[1e999999999999999999999]",
            "[0e999999999]", "[-0]", "[" + new string('9', 100_000) + "]", "[0." + new string('1', 50_000) + "]",
            new string('[', 60) + new string(']', 60), new string('[', 200) + new string(']', 200),
            string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "1" + new string('}', 60),
            "\"" + noise + "\"", "{\"" + noise + "\":1}", "{", "}", "nul", "{\"a\":}", "[1,]", "\"\\x\"", "\"\u0001\"",
            """{"a":1,"a":2}""", """{"":{"":""}}""", "null", "true", "  1  ", "\ufeff{}",
            """{"password":"\u0000"}""", """{"a":"\uFFFE\uFFFF"}""",
        ];
        var entries = json.Select((text, i) => Some.Entry(i + 1) with { RequestArgs = Some.Utf8(text) }).ToList();
        byte[][] raw = [[0xFF], [(byte)'"', 0xC0, 0x80, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'], [0]];
        entries.AddRange(raw.Select(bytes => Some.Entry() with { RequestArgs = bytes }));
        string[] texts =
        [
            "\0", "a\0b\0", "\ud800", surrogates, noise, "", "\u202E\uFFFF\u0001", "'; DROP TABLE audit_log;--",
        ];
        foreach (var text in texts)
        {
            entries.Add(Some.Entry() with { ClientSubject = text, ClientRole = text });
            entries.Add(Some.Entry() with { ToolName = text, BackendName = text });
            entries.Add(Some.Entry() with { ErrorMessage = text, Reason = text, Route = text, JsonRpcId = text });
            entries.Add(Some.Entry() with { ClientName = text, Decision = text, TraceId = text, SessionHash = text });
        }

        entries.Add(Some.Entry() with { LatencyUs = long.MaxValue, FirstByteUs = long.MinValue, RequestBytes = -1 });
        entries.Add(Some.Entry() with { Timestamp = DateTime.MinValue });
        entries.Add(Some.Entry() with { Timestamp = DateTime.MaxValue });
        entries.Add(Some.Entry() with { Timestamp = new DateTime(1, 1, 1, 0, 0, 0, DateTimeKind.Local) });
        entries.Add(Some.Entry() with { ClientSubject = null!, ToolName = null! });
        Assert.True(Encoding.UTF8.GetByteCount(noise) > 200_000);
        return entries;
    }
}
