using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Reads <c>audit_log</c> as an auditor would: with a connection of its own.</summary>
internal sealed class AuditTable(Func<DbConnection> connect)
{
    public static AuditTable Of(PostgresServer server, string database) =>
        new(() => new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false"));

    public static AuditTable OfFile(string path) =>
        new(() => new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False"));

    /// <summary>Every row, oldest first.</summary>
    public async Task<IReadOnlyList<Row>> RowsAsync(string? clientName = null)
    {
        await using var connection = connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT * FROM audit_log WHERE client_name = @name OR @name = '' ORDER BY id";
        var name = command.CreateParameter();
        name.ParameterName = "name";
        name.Value = clientName ?? "";
        command.Parameters.Add(name);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Row>();
        while (await reader.ReadAsync())
        {
            var row = new Row();
            for (var i = 0; i < reader.FieldCount; i++)
            {
                row.Add(reader.GetName(i), reader.IsDBNull(i) ? null : reader.GetValue(i));
            }

            rows.Add(row);
        }

        return rows;
    }

    /// <summary>How many rows there are, and how many different calls they are of; none before there is a table.</summary>
    public async Task<(long Rows, long Calls)> CountAsync()
    {
        await using var connection = connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*), count(DISTINCT request_id) FROM audit_log";
        try
        {
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            return (reader.GetInt64(0), reader.GetInt64(1));
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return (0, 0);
        }
    }

    /// <summary>Waits until the table has that many rows.</summary>
    public Task HasRowsAsync(long count, TimeSpan? deadline = null) =>
        Eventually.HoldsAsync(async () => (await CountAsync()).Rows >= count, deadline, $"{count} rows");
}

/// <summary>A row by the names of its columns, in the table's order.</summary>
internal sealed class Row
{
    private readonly List<(string Name, object? Value)> _columns = [];

    public object? this[string name] => _columns.Find(column => column.Name == name).Value;

    public void Add(string name, object? value) => _columns.Add((name, value));

    public string? Text(string name) => Convert.ToString(this[name], CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : null;

    public long? Number(string name) =>
        this[name] is { } value ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;

    /// <summary>One line a column; what differs from run to run is named instead.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in _columns)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {Spell(name, value)}\n");
        }

        return text.ToString();
    }

    private static object Spell(string name, object? value) =>
        (name, value) switch
        {
            (_, null) => "null",
            ("id" or "request_id" or "timestamp" or "created_at" or "instance" or "journal_id" or "seq" or "chain_hash", _) =>
                $"{{{name}}}",
            (_, 0L) => 0,
            ("latency_ms" or "latency_us" or "first_byte_us" or "gateway_us", _) => $"{{{name}}}",
            _ => value,
        };
}
