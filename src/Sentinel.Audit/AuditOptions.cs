using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Sentinel.Audit.Redaction;

namespace Sentinel.Audit;

/// <summary>How calls are recorded: the <c>Audit</c> section of proxy.json.</summary>
public sealed record AuditOptions
{
    /// <summary>The smallest <see cref="RetentionDays"/> besides 0; the store's function demands it, too.</summary>
    public const int RetentionDaysMin = 7;

    [Description("Whether calls are recorded at all.")]
    public bool Enabled { get; init; } = true;

    [Description("Rows also for prompts/get and resources/read that pass; those that policy denies always leave one.")]
    public bool RecordReads { get; init; }

    [Description("Where rows go. Auto: PostgreSQL when its URL is set, else SQLite.")]
    public AuditStoreKind Store { get; init; } = AuditStoreKind.Auto;

    [Description("What may be lost. BestEffort: what the full channel or a killed process held, counted. Durable: no "
        + "journaled call. Strict: no forwarded call, not by a power failure either. See "
        + "audit.md#what-may-be-lost-three-guarantees.")]
    public AuditGuarantee Guarantee { get; init; } = AuditGuarantee.Durable;

    public JournalOptions Journal { get; init; } = new();

    [Description("Tools that are Strict whatever Guarantee says, in any case.")]
    public IReadOnlyList<string> StrictFor { get; init; } = [];

    public PostgresOptions Postgres { get; init; } = new();

    public SqliteOptions Sqlite { get; init; } = new();

    public ChannelOptions Channel { get; init; } = new();

    public BatchOptions Batch { get; init; } = new();

    [Description("Whether the gateway brings the schema up to date itself. False: it only verifies it.")]
    public bool Migrate { get; init; } = true;

    [Description("Arguments longer than this many bytes are recorded as a stub with their SHA-256.")]
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxArgumentBytes { get; init; } = 65536;

    [Description("Values that are never recorded, as paths from params, besides those that look like secrets: "
        + "audit.md#redaction.")]
    public IReadOnlyList<RedactPath> Redact { get; init; } = [];

    [Description("Months that ended so many days ago, 7 at least, are dropped from the store: audit.md#retention. 0: "
        + "they are kept for ever.")]
    [Range(0, 36500)]
    public int RetentionDays { get; init; }

    /// <summary>The PostgreSQL store.</summary>
    public sealed record PostgresOptions
    {
        [Description("Name of the environment variable that holds `postgres://…` or a key=value connection string.")]
        [Required]
        public string UrlEnv { get; init; } = "DATABASE_URL";

        [Description("Connections at most; one of them writes.")]
        [Range(1, 100)]
        public int MaxConnections { get; init; } = 4;
    }

    /// <summary>The embedded store.</summary>
    public sealed record SqliteOptions
    {
        [Description("The database file; its folder is made.")]
        [Required]
        public string Path { get; init; } = "data/audit.db";
    }

    /// <summary>The bounded queue between calls and the writer.</summary>
    public sealed record ChannelOptions
    {
        [Description("Entries held in memory at most.")]
        [Range(1, 1_000_000)]
        public int Capacity { get; init; } = 1024;
    }

    /// <summary>The log on the local disk that holds calls until the store has them.</summary>
    public sealed record JournalOptions
    {
        [Description("The folder; it is made. Each gateway holds a sub-folder of its own in it.")]
        [Required]
        public string Path { get; init; } = "data/journal";

        [Description("Bytes that one journal takes at most; at least 16 × MaxArgumentBytes.")]
        [Range(1024 * 1024, 1024L * 1024 * 1024 * 1024)]
        public long MaxBytes { get; init; } = 1024 * 1024 * 1024;

        [Description("Seconds that a segment stays after the store has it, for a fail-over to a standby that lags.")]
        [Range(0, 86400)]
        public int KeepSeconds { get; init; } = 600;
    }

    /// <summary>The shape of one write.</summary>
    public sealed record BatchOptions
    {
        [Description("Rows of one COPY at most; no more than Channel.Capacity.")]
        [Range(1, 100_000)]
        public int MaxRows { get; init; } = 1000;

        [Description("How long, in milliseconds, a busy writer lets a batch grow.")]
        [Range(0, 60_000)]
        public int MaxDelayMs { get; init; } = 100;
    }
}

/// <summary>Where rows go.</summary>
public enum AuditStoreKind
{
    /// <summary>PostgreSQL when its URL is set, else SQLite with a warning.</summary>
    Auto,

    /// <summary>PostgreSQL, or nowhere when its URL is not set.</summary>
    Postgres,

    /// <summary>The embedded store.</summary>
    Sqlite,
}

/// <summary>What may be lost.</summary>
public enum AuditGuarantee
{
    /// <summary>A full channel drops the entry and counts it; a killed process loses what it held.</summary>
    BestEffort,

    /// <summary>A journal on the local disk holds what the store does not have yet.</summary>
    Durable,

    /// <summary>As Durable, and a call is forwarded only once it is on the disk.</summary>
    Strict,
}
