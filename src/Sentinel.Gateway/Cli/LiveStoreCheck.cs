using Npgsql;
using Sentinel.Audit;
using Sentinel.Audit.Migrations;

namespace Sentinel.Gateway.Cli;

/// <summary>Asks the audit store what a start of the gateway would find; changes nothing in it.</summary>
internal static class LiveStoreCheck
{
    /// <returns>Whether rows could be written.</returns>
    public static async Task<bool> RunAsync(
        AuditOptions audit,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        if (!audit.Enabled)
        {
            await output.WriteLineAsync("audit store: audit is off");
            return true;
        }

        var url = environment.GetValueOrDefault(audit.Postgres.UrlEnv, "");
        var (isWell, text) = (audit.Store, url) switch
        {
            (AuditStoreKind.Sqlite, _) or (AuditStoreKind.Auto, "") => TrySqlite(audit.Sqlite.Path),
            (_, "") => (false, $"{audit.Postgres.UrlEnv} is not set: calls would not be recorded"),
            _ => await TryPostgresAsync(url, cancellationToken),
        };
        await output.WriteLineAsync($"audit store: {text}");
        return isWell;
    }

    private static async Task<(bool IsWell, string Text)> TryPostgresAsync(
        string url,
        CancellationToken cancellationToken)
    {
        try
        {
            await using var runner = new MigrationRunner(url);
            var result = await runner.RunAsync(dryRun: true, cancellationToken);
            return (true, result.Scripts.Count == 0
                ? $"PostgreSQL answers; the schema is at version {result.Version}"
                : $"PostgreSQL answers; to run: {string.Join(", ", result.Scripts)}");
        }
        catch (Exception e) when (e is AuditConfigurationException or SchemaException or NpgsqlException)
        {
            return (false, e.GetBaseException().Message);
        }
    }

    private static (bool IsWell, string Text) TrySqlite(string path)
    {
        try
        {
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            var probe = Path.Combine(folder.FullName, Path.GetRandomFileName());
            File.Create(probe, 1, FileOptions.DeleteOnClose).Dispose();
            return (!Directory.Exists(path), Directory.Exists(path) ? $"{path} is a folder" : $"SQLite at {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var remedy = "Make the folder writable or set Sentinel.Audit.Sqlite.Path.";
            return (false, $"SQLite at {path}: {e.Message} {remedy}");
        }
    }
}
