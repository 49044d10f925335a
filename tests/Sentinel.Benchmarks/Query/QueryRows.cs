using System.Globalization;
using Npgsql;
using Sentinel.Audit.Reading;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Query;

/// <summary>Rows of ninety days up to now, made by the server: a thousand callers, sixty tools, four writers.</summary>
internal static class QueryRows
{
    public const string KnownSession = "5e55107a";

    private const int Writers = 4;

    public static readonly Guid KnownRequest = Guid.Parse("0190c0de-0000-7000-9000-000000000001");

    /// <summary>The chain that has the newest row.</summary>
    public static AuditWriterMonth LastChain()
    {
        var now = TimeProvider.System.GetUtcNow();
        return new AuditWriterMonth(
            Guid.Parse("00000000-0000-7000-8000-000000000000"), new DateOnly(now.Year, now.Month, 1));
    }

    /// <summary>Its last number; numbers go on from month to month here.</summary>
    public static long LastSeq(int rows) => rows / Writers;

    public static async Task FillAsync(PostgresServer server, string database, int rows)
    {
        await using var connection = new NpgsqlConnection(
            server.ConnectionString(database) + ";Pooling=false;Command Timeout=0");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Sql(rows), connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Sql(int rows) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
              SET statement_timeout = 0;
              SET synchronous_commit = off;
              SET timezone = 'UTC';
              DO $do$
              DECLARE
                  month timestamptz;
              BEGIN
                  FOR back IN 0..3 LOOP
                      month := date_trunc('month', now()) - make_interval(months => back);
                      CONTINUE WHEN to_regclass('public.audit_log_' || to_char(month, 'YYYY_MM')) IS NOT NULL;
                      EXECUTE format(
                          'CREATE TABLE public.%I PARTITION OF public.audit_log FOR VALUES FROM (%L) TO (%L)',
                          'audit_log_' || to_char(month, 'YYYY_MM'), month, month + interval '1 month');
                  END LOOP;
              END
              $do$;
              INSERT INTO public.audit_log (request_id, "timestamp", client_subject, client_role, tool_name,
                  backend_name, request_args, response_status, reason, latency_ms, latency_us, session_hash, method,
                  decision, instance, journal_id, seq, client_name, client_address, route, jsonrpc_id,
                  protocol_version)
              SELECT
                  CASE WHEN i = {{rows}} / 2 THEN '{{KnownRequest}}'::uuid ELSE gen_random_uuid() END,
                  now() - interval '90 days' * (1 - i::float8 / {{rows}}),
                  CASE WHEN i % ({{rows}} / 20) = 0 THEN 'rare' ELSE 'caller-' || (i * 7919) % 1000 END,
                  CASE WHEN i % 50 = 0 THEN 'admin,reader' ELSE 'reader' END,
                  'tool_' || (i * 31) % 60, 'backend_' || (i * 31) % 6,
                  jsonb_build_object('name', 'tool', 'arguments', jsonb_build_object(
                      'query', repeat('word ', 40), 'limit', i % 100, 'project', 'P' || i % 500)),
                  CASE WHEN i % 29 = 0 THEN 'denied' WHEN i % 13 = 0 THEN 'error' ELSE 'success' END,
                  CASE WHEN i % 29 = 0 THEN 'rbac' WHEN i % 13 = 0 THEN 'tool_error' END,
                  (i * 104729) % 900, ((i * 104729) % 900000) + 800,
                  CASE WHEN i > {{rows}} - 20 THEN '{{KnownSession}}' ELSE md5((i / 20)::text) END,
                  'tools/call', 'reader: allow backend_*', 'host:1',
                  ('00000000-0000-7000-8000-00000000000' || i % {{Writers}})::uuid, (i + {{Writers}} - 1) / {{Writers}},
                  'inspector', '192.0.2.1', 'route', '1', '2025-11-25'
              FROM generate_series(1::bigint, {{rows}}) i;
              ANALYZE public.audit_log
              """);
}
