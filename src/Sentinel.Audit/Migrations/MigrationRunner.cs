using System.Reflection;
using Npgsql;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Migrations;

/// <summary>
/// Brings the audit schema up to date from the scripts in this assembly, and keeps Grate's records of it.
/// </summary>
/// <remarks>
/// The real <c>grate</c> run on <c>db/</c> afterwards finds nothing to do, and the other way round. One transaction:
/// all of it or none. Safe to run from several processes at once.
/// </remarks>
/// <example><code>
/// await using var runner = new MigrationRunner(Environment.GetEnvironmentVariable("DATABASE_URL")!);
/// var result = await runner.RunAsync(dryRun: true);
/// </code></example>
public sealed class MigrationRunner : IAsyncDisposable
{
    // "Sentinel" in ASCII. One lock for all migrations of a database, whoever runs them.
    private const long LockKey = 0x53656E74696E656C;

    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMinutes(10);

    private readonly NpgsqlDataSource _source;
    private readonly IReadOnlyList<MigrationScript> _scripts;
    private readonly TimeProvider _time;
    private readonly bool _ownsSource;

    /// <summary>For a database named by a URL or a key=value connection string.</summary>
    /// <exception cref="AuditConfigurationException">It is neither.</exception>
    public MigrationRunner(string url)
        : this(CreateSource(url), MigrationScripts.Embedded(), TimeProvider.System) => _ownsSource = true;

    internal MigrationRunner(NpgsqlDataSource source, IReadOnlyList<MigrationScript> scripts, TimeProvider time)
    {
        _source = source;
        _scripts = scripts;
        _time = time;
    }

    /// <summary>The version that is recorded: this assembly's.</summary>
    public static string Version { get; } = typeof(MigrationRunner).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Runs what is new or changed.</summary>
    /// <param name="dryRun">Only says what would run; changes nothing.</param>
    /// <param name="cancellationToken">Gives up; what had run is rolled back.</param>
    /// <exception cref="SchemaException">A one-time script has changed, or a script failed.</exception>
    /// <exception cref="NpgsqlException">The database could not be asked.</exception>
    public async Task<MigrationResult> RunAsync(bool dryRun = false, CancellationToken cancellationToken = default)
    {
        var scripts = MigrationScripts.InOrder(_scripts);
        var progress = new Progress();
        try
        {
            return await RunAsync(scripts, dryRun, progress, cancellationToken);
        }
        catch (SchemaException exception) when (!dryRun && progress.Script is { } script)
        {
            await RecordErrorAsync(script, exception.Message, cancellationToken);
            throw;
        }
        catch (PostgresException exception) when (!dryRun && progress.Script is { } script)
        {
            await RecordErrorAsync(script, exception.MessageText, cancellationToken);
            throw new SchemaException(
                $"{script.Folder}/{script.Name} failed and everything was rolled back: "
                + $"{exception.SqlState} {exception.MessageText}",
                exception);
        }
    }

    /// <summary>Closes the connections that it opened.</summary>
    public ValueTask DisposeAsync() => _ownsSource ? _source.DisposeAsync() : ValueTask.CompletedTask;

    private async Task<MigrationResult> RunAsync(
        IReadOnlyList<MigrationScript> scripts,
        bool dryRun,
        Progress progress,
        CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, cancellationToken);

        var tables = new GrateTables(connection, _time);
        var exist = await tables.ExistAsync(cancellationToken);
        var known = exist ? await tables.ReadKnownAsync(cancellationToken) : [];
        var pending = Pending(scripts, known, progress);
        if (dryRun || pending.Count == 0)
        {
            return new MigrationResult(Version, Names(pending), dryRun);
        }

        if (!exist)
        {
            await tables.CreateAsync(cancellationToken);
        }

        var versionId = await tables.AddVersionAsync(Version, "In Progress", cancellationToken);
        foreach (var script in pending)
        {
            progress.Script = script;
            await ExecuteAsync(connection, script.Text, cancellationToken);
            await tables.AddRunAsync(versionId, script, cancellationToken);
        }

        progress.Script = null;
        await tables.FinishVersionAsync(versionId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MigrationResult(Version, Names(pending), DryRun: false);
    }

    private static List<MigrationScript> Pending(
        IReadOnlyList<MigrationScript> scripts,
        Dictionary<string, string?> known,
        Progress progress)
    {
        var pending = new List<MigrationScript>();
        foreach (var script in scripts)
        {
            var hasRun = known.TryGetValue(script.Name, out var hash);
            if (hasRun && hash == script.Hash)
            {
                continue;
            }

            if (hasRun && script.IsOneTime)
            {
                progress.Script = script;
                throw new SchemaException(
                    $"{script.Folder}/{script.Name} has changed since it ran on this database, and a one-time script "
                    + "must not. Restore its text and put the change into a new script.");
            }

            pending.Add(script);
        }

        return pending;
    }

    // After the rollback, so that it outlives it; as Grate leaves a failed run.
    private async Task RecordErrorAsync(MigrationScript script, string error, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await LockAsync(connection, cancellationToken);
            var tables = new GrateTables(connection, _time);
            if (!await tables.ExistAsync(cancellationToken))
            {
                await tables.CreateAsync(cancellationToken);
            }

            await tables.AddVersionAsync(Version, "Error", cancellationToken);
            await tables.AddErrorAsync(Version, script, error, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException)
        {
            // The failure itself is what the caller must hear of, not that it could not be noted down.
        }
    }

    private static Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ExecuteAsync(
            connection,
            FormattableString.Invariant($"SELECT pg_catalog.pg_advisory_xact_lock({LockKey})"),
            cancellationToken);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The scripts are resources of this assembly.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.CommandTimeout = (int)CommandTimeout.TotalSeconds;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static List<string> Names(List<MigrationScript> scripts) => scripts.ConvertAll(script => script.Name);

    private static NpgsqlDataSource CreateSource(string url)
    {
        var settings = PostgresUrl.Parse(url, "The URL");
        settings.IncludeErrorDetail = false;
        return NpgsqlDataSource.Create(settings);
    }

    private sealed class Progress
    {
        /// <summary>The script that a failure is about, if it is about one.</summary>
        public MigrationScript? Script { get; set; }
    }
}
