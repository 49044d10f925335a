using System.Globalization;
using Sentinel.Audit.Migrations;
using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Report;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Replay;

/// <summary>Recorded calls through another policy: how fast, and in how much memory, as there are more of them.</summary>
internal static class ReplayBenchmark
{
    public static async Task<int> RunAsync(int calls)
    {
        await Console.Out.WriteLineAsync($"{Machine.Describe()}\n");
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        var url = server.ConnectionString(database);
        await using (var runner = new MigrationRunner(url))
        {
            await runner.RunAsync();
        }

        await FillAsync(server, database, calls);
        using var folder = new TemporaryFolder();
        var config = Config().WriteTo(folder);
        await Console.Out.WriteLineAsync("| calls | time | calls/s | peak RSS | ends with |\n|---|---|---|---|---|");
        foreach (var part in new[] { 1, calls / 100, calls / 10, calls })
        {
            await MeasureAsync(config, url, part);
        }

        return 0;
    }

    private static async Task MeasureAsync(string config, string url, int calls)
    {
        // Calls are a millisecond apart.
        var to = DateTimeOffset.UnixEpoch.AddMilliseconds(calls + 1);
        string[] arguments =
        [
            "policy", "replay", "--config", config, "--from", "1970-01-01",
            "--to", to.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ];
        var startedAt = TimeProvider.System.GetTimestamp();
        await using var process = GatewayProcess.Start(
            arguments, new Dictionary<string, string?> { ["DATABASE_URL"] = url });
        var (exitCode, peak) = await ProcessMemory.PeakUntilExitAsync(process, TimeSpan.FromMinutes(30));
        var seconds = TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {calls:N0} | {seconds:F1} s | {calls / seconds:N0} | {peak / 1024.0 / 1024:F0} MB | {exitCode} |"));
    }

    // Half of the calls would flip, those of a thousand callers and fifty tools.
    private static ProxyConfig Config() => new ProxyConfig()
        .Backend(ToolCallBytes.Backend, new Uri("http://127.0.0.1:9/"))
        .ApiKey("bench", ToolCallBytes.ApiKey, "reader", "support")
        .Role("reader", ["bench/read_*"], ["bench/*_internal"])
        .Role("support", ["bench/open_ticket"], ["bench/delete_*"])
        .AuditToPostgres();

    private static Task FillAsync(PostgresServer server, string database, int calls) => server.ExecuteAsync(
        database,
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
              SET statement_timeout = 0;
              INSERT INTO public.audit_log (request_id, "timestamp", client_subject, client_role, tool_name,
                  backend_name, request_args, response_status, latency_ms, method, decision, latency_us, instance,
                  journal_id, seq, client_name, client_address, route, jsonrpc_id, protocol_version)
              SELECT gen_random_uuid(), 'epoch'::timestamptz + i * interval '1 millisecond', 'caller-' || i % 1000,
                  'reader,support', CASE WHEN i % 2 = 0 THEN 'read_' ELSE 'write_' END || i % 50, 'bench',
                  jsonb_build_object('name', 'x', 'arguments', jsonb_build_object(
                      'query', repeat('word ', 40), 'limit', i % 100, 'project', 'OPS')),
                  'success', 12, 'tools/call', 'reader: allow bench/*', 12345, 'host:1',
                  '0190c0de-0000-7000-8000-000000000001', i, 'inspector', '192.0.2.1', 'bench', '1', '2025-11-25'
              FROM generate_series(1, {{calls}}) i;
              ANALYZE public.audit_log
              """));
}
