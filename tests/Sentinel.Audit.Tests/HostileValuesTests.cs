using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Reading;
using Sentinel.Audit.Stores;
using Sentinel.Audit.Tests.Reading;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

public sealed class HostileValuesTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Are_many()
    {
        Assert.InRange(HostileCorpus.Json.Count, 60, 1000);
        Assert.InRange(HostileCorpus.Texts.Count, 20, 1000);
    }

    [Fact]
    public async Task Are_all_stored_in_postgres_among_good_rows_and_stay_printable()
    {
        var (server, database) = await postgres.MigratedAsync();
        var url = server.ConnectionString(database);
        await StoreAllAsync(PostgresFixture.Store(url));

        await using var reader = new PostgresAuditReader(
            new NpgsqlConnectionStringBuilder(url), AuditReader.DefaultTimeout);
        await AssertStoredAsync(reader);
        AssertPrintable(await Psql.RunAsync(server, database, Everything(), "--expanded"));
        AssertPrintable(await Psql.RunAsync(
            server, database, "SELECT client_subject, tool_name FROM public.audit_log"));
    }

    [Fact]
    public async Task Are_all_stored_in_sqlite_among_good_rows_and_stay_printable()
    {
        var path = Path.Combine(_folder, "audit.db");
        await StoreAllAsync(new SqliteAuditStore(
            path, retentionDays: 0, TimeProvider.System, NullLogger<SqliteAuditStore>.Instance));

        await using var reader = new SqliteAuditReader(path);
        await AssertStoredAsync(reader);
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

    private static async Task StoreAllAsync(IAuditStore store)
    {
        await using var rig = new WriterRig(store);
        foreach (var entry in Mixed())
        {
            Assert.True(rig.Channel.TryWrite(entry));
        }

        await rig.StartAsync();
        await rig.WrittenAsync(Mixed().Count);
        Assert.Equal((0, 0), (rig.Channel.Status.Quarantined, rig.Channel.Status.Dropped));
    }

    // Every other row is a good one.
    private static List<AuditEntry> Mixed()
    {
        var number = 0;
        return
        [
            .. HostileCorpus.Entries().SelectMany(poison => new[]
            {
                Some.FullEntry() with { RequestId = Some.Entry(++number).RequestId },
                poison.RequestId == Some.Entry().RequestId
                    ? poison with { RequestId = Some.Entry(1_000_000 + number).RequestId }
                    : poison,
            }),
        ];
    }

    private static async Task AssertStoredAsync(IAuditReader reader)
    {
        var sent = Mixed();
        var stored = (await BothStores.ListAsync(reader, new AuditQuery())).ToDictionary(row => row.RequestId);
        Assert.Equal(sent.Count, stored.Count);
        foreach (var entry in sent)
        {
            var row = stored[entry.RequestId];
            var expected = AuditRow.From(entry);
            Assert.Equal(expected.TimestampMicros, row.TimestampMicros);
            Assert.Equal(CanonicalText(expected.RequestArgs), CanonicalText(row.RequestArgs));
            foreach (var property in typeof(StoredRow).GetProperties().Where(p => p.PropertyType == typeof(string)))
            {
                var text = (string?)property.GetValue(row);
                Assert.False(text is not null && (text.Contains('\0') || !IsWellFormed(text)), property.Name);
                if (typeof(AuditRow).GetProperty(property.Name) is { } sentProperty)
                {
                    Assert.Equal(sentProperty.GetValue(expected), text);
                }
            }
        }

        var good = stored[Some.Entry(1).RequestId];
        Assert.Equal(("alice", "It broke: 😀"), (good.ClientSubject, good.ErrorMessage));
        Assert.Empty((await ChainVerifier.VerifyAsync(reader, [], CancellationToken.None)).Findings);
    }

    private static string CanonicalText(ReadOnlyMemory<byte> json)
    {
        if (json.IsEmpty)
        {
            return "";
        }

        var buffer = new CanonicalBuffer();
        new CanonicalJson().Write(json.Span, buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    private static bool IsWellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    // Every column that is written, and of the arguments what fits a screen.
    private static string Everything()
    {
        var columns = PostgresRows.CopySql[(PostgresRows.CopySql.IndexOf('(') + 1)..PostgresRows.CopySql.IndexOf(')')];
        return $"SELECT {columns.Replace("request_args", "left(request_args::text, 2000)")} FROM public.audit_log";
    }

    // What a terminal would act upon is shown as an escape.
    private static void AssertPrintable(byte[] output)
    {
        Assert.True(Utf8.IsValid(output));
        var text = Encoding.UTF8.GetString(output);
        Assert.Contains("alice", text);
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
    }
}
