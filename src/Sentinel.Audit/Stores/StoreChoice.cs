using Npgsql;

namespace Sentinel.Audit.Stores;

/// <summary>Which store the options and the environment ask for.</summary>
/// <param name="Kind">PostgreSQL, SQLite, or null for none.</param>
/// <param name="Postgres">The connection, where PostgreSQL was chosen.</param>
/// <param name="MissingVariable">The variable that would have changed the choice, where it is not set.</param>
internal sealed record StoreChoice(
    AuditStoreKind? Kind,
    NpgsqlConnectionStringBuilder? Postgres = null,
    string? MissingVariable = null)
{
    public string Name => Kind switch
    {
        AuditStoreKind.Postgres => "PostgreSQL",
        AuditStoreKind.Sqlite => "SQLite",
        _ => "none",
    };

    /// <exception cref="AuditConfigurationException">The URL cannot be read.</exception>
    public static StoreChoice Decide(AuditOptions options, Func<string, string?> environment)
    {
        if (!options.Enabled)
        {
            return new StoreChoice(Kind: null);
        }

        if (options.Store == AuditStoreKind.Sqlite)
        {
            return new StoreChoice(AuditStoreKind.Sqlite);
        }

        var variable = options.Postgres.UrlEnv;
        var url = environment(variable);
        if (string.IsNullOrWhiteSpace(url))
        {
            AuditStoreKind? fallback = options.Store == AuditStoreKind.Auto ? AuditStoreKind.Sqlite : null;
            return new StoreChoice(fallback, MissingVariable: variable);
        }

        var settings = PostgresUrl.Parse(url, $"The environment variable {variable}");
        settings.MaxPoolSize = options.Postgres.MaxConnections;
        settings.MinPoolSize = Math.Min(settings.MinPoolSize, settings.MaxPoolSize);
        return new StoreChoice(AuditStoreKind.Postgres, settings);
    }
}
