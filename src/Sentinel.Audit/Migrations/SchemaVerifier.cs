using Npgsql;

namespace Sentinel.Audit.Migrations;

/// <summary>Checks, without changing anything, that the schema has every column that the store writes.</summary>
internal static class SchemaVerifier
{
    private const string Columns =
        """
        audit_log: request_id uuid, timestamp timestamp with time zone, client_subject text, client_role text,
        tool_name text, backend_name text, request_args jsonb, response_status text, error_message text,
        latency_ms bigint, reason text, error_code integer, http_status integer, latency_us bigint,
        first_byte_us bigint, gateway_us bigint, client_issuer text, client_tenant text, client_display text,
        client_app text, method text, jsonrpc_id text, session_hash text, protocol_version text, client_name text,
        client_address text, route text, trace_id text, request_bytes bigint, response_bytes bigint, decision text,
        instance text, journal_id uuid, seq bigint;
        audit_checkpoint: journal_id uuid, month date, seq bigint, dropped bigint, updated_at timestamp with time zone
        """;

    /// <exception cref="SchemaException">Something is missing; the message lists all of it.</exception>
    public static async Task VerifyAsync(NpgsqlDataSource source)
    {
        // information_schema shows a role only what it may use, so a missing grant is found here too.
        await using var command = source.CreateCommand(
            """
            SELECT table_name || '.' || column_name, data_type FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name IN ('audit_log', 'audit_checkpoint')
            """);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        while (await reader.ReadAsync(CancellationToken.None))
        {
            found[reader.GetString(0)] = reader.GetString(1);
        }

        var faults = Needed()
            .Select(needed => found.TryGetValue(needed.Column, out var type)
                ? type == needed.Type ? null : $"{needed.Column} is {type}, needed is {needed.Type}"
                : $"{needed.Column} is missing or not granted")
            .OfType<string>()
            .ToList();
        if (faults.Count > 0)
        {
            throw new SchemaException(
                $"The audit schema is not ready: {string.Join("; ", faults)}. Run `sentinel migrate` or Grate on db/, "
                + "grant SELECT and INSERT, or set Audit.Migrate to true.");
        }
    }

    private static IEnumerable<(string Column, string Type)> Needed() =>
        from table in Columns.ReplaceLineEndings(" ").Split(';', StringSplitOptions.TrimEntries)
        let parts = table.Split(": ", 2)
        from column in parts[1].Split(',', StringSplitOptions.TrimEntries)
        let name = column[..column.IndexOf(' ', StringComparison.Ordinal)]
        select ($"{parts[0]}.{name}", column[(name.Length + 1)..]);
}
