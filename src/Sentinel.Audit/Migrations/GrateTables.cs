using Npgsql;
using NpgsqlTypes;

namespace Sentinel.Audit.Migrations;

/// <summary>The three tables in which Grate keeps what ran, written as Grate writes them.</summary>
/// <remarks>
/// Grate's bookkeeping about itself (the <c>Grate…</c> tables) is left to Grate, which makes it when it comes.
/// </remarks>
internal sealed class GrateTables(NpgsqlConnection connection, TimeProvider time)
{
    private const int UserCharsMax = 50;

    private const string CreateSql =
        """
        CREATE SCHEMA IF NOT EXISTS "grate";
        CREATE TABLE IF NOT EXISTS "grate"."ScriptsRun" (
            id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
            version_id bigint NULL,
            script_name varchar(255) NULL,
            text_of_script text NULL,
            text_hash varchar(512) NULL,
            one_time_script boolean NULL,
            entry_date timestamp NULL,
            modified_date timestamp NULL,
            entered_by varchar(50) NULL,
            CONSTRAINT PK_ScriptsRun_id PRIMARY KEY (id));
        CREATE TABLE IF NOT EXISTS "grate"."ScriptsRunErrors" (
            id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
            repository_path varchar(255) NULL,
            version varchar(50) NULL,
            script_name varchar(255) NULL,
            text_of_script text NULL,
            erroneous_part_of_script text NULL,
            error_message text NULL,
            entry_date timestamp NULL,
            modified_date timestamp NULL,
            entered_by varchar(50) NULL,
            CONSTRAINT PK_ScriptsRunErrors_id PRIMARY KEY (id));
        CREATE TABLE IF NOT EXISTS "grate"."Version" (
            id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
            repository_path varchar(255) NULL,
            version varchar(50) NULL,
            entry_date timestamp NULL,
            modified_date timestamp NULL,
            entered_by varchar(50) NULL,
            status varchar(50) NULL,
            CONSTRAINT PK_Version_id PRIMARY KEY (id));
        """;

    private const string KnownSql =
        """
        SELECT DISTINCT ON (script_name) script_name, text_hash
        FROM "grate"."ScriptsRun" WHERE script_name IS NOT NULL ORDER BY script_name, id DESC
        """;

    public async Task<bool> ExistAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """SELECT to_regclass('"grate"."ScriptsRun"') IS NOT NULL""", connection);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public Task CreateAsync(CancellationToken cancellationToken) => ExecuteAsync(CreateSql, [], cancellationToken);

    /// <summary>The hash of the latest run of each script, by name.</summary>
    public async Task<Dictionary<string, string?>> ReadKnownAsync(CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(KnownSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            known[reader.GetString(0)] =
                await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1);
        }

        return known;
    }

    public async Task<long> AddVersionAsync(string version, string status, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO "grate"."Version" (version, entry_date, modified_date, entered_by, status)
            VALUES ($1, $2, $2, $3, $4) RETURNING id
            """,
            connection);
        command.Parameters.AddRange(new NpgsqlParameter[] { Text(version), Now(), User(), Text(status) });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public Task FinishVersionAsync(long id, CancellationToken cancellationToken) => ExecuteAsync(
        """UPDATE "grate"."Version" SET status = 'Finished' WHERE id = $1""",
        [new NpgsqlParameter<long> { TypedValue = id }],
        cancellationToken);

    public Task AddRunAsync(
        long versionId,
        MigrationScript script,
        CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO "grate"."ScriptsRun" (version_id, script_name, text_of_script, text_hash, one_time_script,
            entry_date, modified_date, entered_by)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7)
        """,
        [
            new NpgsqlParameter<long> { TypedValue = versionId },
            Text(script.Name),
            Text(script.Text),
            Text(script.Hash),
            new NpgsqlParameter<bool> { TypedValue = script.IsOneTime },
            Now(),
            User(),
        ],
        cancellationToken);

    public Task AddErrorAsync(
        string version,
        MigrationScript script,
        string error,
        CancellationToken cancellationToken) => ExecuteAsync(
        """
        INSERT INTO "grate"."ScriptsRunErrors" (version, script_name, text_of_script, erroneous_part_of_script,
            error_message, entry_date, modified_date, entered_by)
        VALUES ($1, $2, $3, $3, $4, $5, $5, $6)
        """,
        [Text(version), Text(script.Name), Text(script.Text), Text(error), Now(), User()],
        cancellationToken);

    private async Task ExecuteAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<string> User() =>
        Text(Environment.UserName[..Math.Min(Environment.UserName.Length, UserCharsMax)]);

    // Sent with a zone to a column without one, as Grate does: stored is the session's local time.
    private NpgsqlParameter<DateTime> Now() => new()
    {
        TypedValue = time.GetUtcNow().UtcDateTime,
        NpgsqlDbType = NpgsqlDbType.TimestampTz,
    };
}
