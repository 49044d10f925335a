using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Reading;

/// <summary>Opens the store that the gateway writes to, for reading.</summary>
public static class AuditReader
{
    /// <summary>How long one step of a query may take by default.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    /// <param name="options">The same options that the gateway records by; <c>Enabled</c> is not asked.</param>
    /// <param name="environment">Reads a variable; by default this process's.</param>
    /// <param name="timeout">How long PostgreSQL may work on one step of a query.</param>
    /// <param name="isInServer">
    /// Whether the caller's thread must never wait for SQLite's file: each step then has a thread of its own.
    /// </param>
    /// <exception cref="AuditConfigurationException">The options name no store, or one whose URL is no URL.</exception>
    public static IAuditReader Open(
        AuditOptions options,
        Func<string, string?>? environment = null,
        TimeSpan? timeout = null,
        bool isInServer = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        var choice = StoreChoice.Decide(
            options with { Enabled = true }, environment ?? Environment.GetEnvironmentVariable);
        return choice switch
        {
            { Postgres: { } settings } => new PostgresAuditReader(settings, timeout ?? DefaultTimeout),
            { Kind: AuditStoreKind.Sqlite } when isInServer =>
                new OffThreadReader(new SqliteAuditReader(options.Sqlite.Path)),
            { Kind: AuditStoreKind.Sqlite } => new SqliteAuditReader(options.Sqlite.Path),
            _ => throw new AuditConfigurationException(
                $"The environment variable {choice.MissingVariable} is not set, so that there is no store to read. "
                + "Set it to the URL that the gateway writes to."),
        };
    }
}
