using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests;

/// <summary>The plugin in a generic host, as any program would use it.</summary>
public sealed class AddSentinelAuditTests(PostgresFixture postgres) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-audit-").FullName;
    private readonly LogSpy _log = new();

    private string DatabaseFile => Path.Combine(_folder, "data", "audit.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Records_into_a_file_when_no_url_is_set_and_warns_of_it()
    {
        using (var host = Build(Options(AuditStoreKind.Auto), url: null))
        {
            await host.StartAsync();
            Assert.True(Channel(host).TryWrite(Some.FullEntry()));
            Assert.Equal("SQLite", Channel(host).Status.Store);
            await host.StopAsync();
        }

        var row = Assert.Single(await StoredColumns.FromSqliteAsync(DatabaseFile));
        Assert.Equal("here:1", row["instance"]);
        var warning = Assert.Single(_log.Messages, message => message.Level == LogLevel.Warning);
        Assert.StartsWith("AUDIT_URL is not set: audit rows go to the file", warning.Text);
    }

    [Fact]
    public async Task Records_into_postgres_when_its_url_is_set()
    {
        var server = await postgres.ServerAsync();
        var database = await server.NewDatabaseAsync();
        using (var host = Build(
            Options(AuditStoreKind.Auto), $"postgres://postgres@127.0.0.1:{server.Port}/{database}?sslmode=disable"))
        {
            await host.StartAsync();
            Assert.True(Channel(host).TryWrite(Some.FullEntry()));
            Assert.Equal("PostgreSQL", Channel(host).Status.Store);
            await host.StopAsync();
        }

        Assert.Equal([1L], await server.QueryAsync<long>(database, "SELECT count(*) FROM public.audit_log"));
        Assert.DoesNotContain(_log.Messages, message => message.Level >= LogLevel.Warning);
        Assert.False(File.Exists(DatabaseFile));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Serves_without_audit_when_postgres_is_asked_for_and_its_url_is_not_set(string? url)
    {
        using var host = Build(Options(AuditStoreKind.Postgres), url);

        await host.StartAsync();

        Assert.False(Channel(host).IsEnabled);
        Assert.False(Channel(host).TryWrite(Some.Entry()));
        var warning = Assert.Single(_log.Messages, message => message.Level == LogLevel.Warning);
        Assert.Equal("Postgres URL not set, audit logging disabled", warning.Text);
        await host.StopAsync();
    }

    [Fact]
    public async Task Does_and_says_nothing_when_it_is_switched_off()
    {
        using var host = Build(Options(AuditStoreKind.Auto) with { Enabled = false }, "not even a URL");

        await host.StartAsync();
        await host.StopAsync();

        Assert.False(Channel(host).IsEnabled);
        Assert.DoesNotContain(_log.Messages, message => message.Id is >= 3000 and < 3300);
    }

    [Fact]
    public void Refuses_a_malformed_url_when_it_is_registered()
    {
        var fault = Assert.Throws<AuditConfigurationException>(
            () => Build(Options(AuditStoreKind.Auto), "postgres://u:s3cr3t@h:x/db"));

        Assert.StartsWith("The environment variable AUDIT_URL does not hold a PostgreSQL URL: the port", fault.Message);
    }

    [Fact]
    public void Refuses_options_out_of_their_range()
    {
        var fault = Assert.Throws<AuditConfigurationException>(
            () => Build(Options(AuditStoreKind.Sqlite) with { Channel = new() { Capacity = 0 } }, null));

        Assert.StartsWith("Audit.Channel: The field Capacity must be between 1", fault.Message);
    }

    [Fact]
    public async Task Refuses_to_start_when_the_file_cannot_be_made()
    {
        // A file where the folder should be: root too is refused here, whatever the permissions are.
        await File.WriteAllTextAsync(Path.Combine(_folder, "data"), "");
        using var host = Build(Options(AuditStoreKind.Sqlite), null);

        var fault = await Assert.ThrowsAsync<AuditConfigurationException>(() => host.StartAsync());

        Assert.Contains($"{DatabaseFile} cannot be opened or created", fault.Message);
        Assert.Contains("Sentinel.Audit.Sqlite.Path", fault.Message);
    }

    [Theory]
    [InlineData("PRAGMA user_version = 99", "schema version 99")]
    [InlineData(null, "cannot be opened or created")]
    public async Task Refuses_to_start_on_a_file_of_another_kind(string? sql, string part)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabaseFile)!);
        if (sql is null)
        {
            await File.WriteAllTextAsync(DatabaseFile, new string('x', 5000));
        }
        else
        {
            await using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }

        using var host = Build(Options(AuditStoreKind.Sqlite), null);
        var fault = await Assert.ThrowsAsync<AuditConfigurationException>(() => host.StartAsync());

        Assert.Contains(part, fault.Message);
    }

    [Theory]
    [InlineData(AuditGuarantee.BestEffort, 2, "1", "1")]
    [InlineData(AuditGuarantee.Durable, 1, "1", "2")]
    [InlineData(AuditGuarantee.Strict, 1, "1", "2")]
    public async Task Numbers_a_second_run_anew_without_a_journal_and_goes_on_with_one(
        AuditGuarantee guarantee, int writers, params string[] numbers)
    {
        for (var run = 0; run < 2; run++)
        {
            using var host = Build(Options(AuditStoreKind.Sqlite) with { Guarantee = guarantee }, null);
            await host.StartAsync();
            Channel(host).TryWrite(Some.Entry(run));
            await host.StopAsync();
        }

        var rows = await StoredColumns.FromSqliteAsync(DatabaseFile);
        Assert.Equal(numbers, rows.Select(row => row["seq"]));
        Assert.Equal(writers, rows.Select(row => row["journal_id"]).Distinct().Count());
    }

    [Fact]
    public async Task Starts_at_once_when_postgres_cannot_be_reached()
    {
        using var host = Build(Options(AuditStoreKind.Postgres), "postgres://u@127.0.0.1:1/db");

        await host.StartAsync().WaitAsync(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => !Channel(host).Status.Healthy, "the outage is seen");
        await host.StopAsync();

        Assert.Single(_log.WithId(3010));
    }

    private static AuditChannel Channel(IHost host) => host.Services.GetRequiredService<AuditChannel>();

    private AuditOptions Options(AuditStoreKind store) => new()
    {
        Store = store,
        Postgres = new() { UrlEnv = "AUDIT_URL" },
        Sqlite = new() { Path = DatabaseFile },
        Journal = new() { Path = Path.Combine(_folder, "journal"), MaxBytes = 16 * 1024 * 1024 },
    };

    private IHost Build(AuditOptions options, string? url)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.Services.AddSentinelAudit(
            options, "here:1", name => name == "AUDIT_URL" ? url : null, new AuditTimings());
        return builder.Build();
    }
}
