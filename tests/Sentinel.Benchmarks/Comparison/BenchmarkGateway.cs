using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>The gateway in one of its steps.</summary>
internal sealed class BenchmarkGateway : IAsyncDisposable
{
    // Ten thousand routes take their time.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private BenchmarkGateway(GatewayProcess process, AuditRows? audit)
    {
        Process = process;
        Audit = audit;
    }

    public GatewayProcess Process { get; }

    /// <summary>What it has recorded; null where it does not record.</summary>
    public AuditRows? Audit { get; }

    /// <param name="step">What calls meet.</param>
    /// <param name="backend">Where they go.</param>
    /// <param name="credentials">Who may call.</param>
    /// <param name="postgres">Where they are recorded, unless the step says SQLite.</param>
    /// <param name="change">What else is in its proxy.json.</param>
    public static async Task<BenchmarkGateway> StartAsync(
        GatewayStep step,
        Uri backend,
        Credentials credentials,
        PostgresServer? postgres,
        Action<ProxyConfig>? change = null)
    {
        var config = step.Recording(step.Config(backend, credentials));
        change?.Invoke(config);
        if (step.Guarantee is null)
        {
            return new BenchmarkGateway(await GatewayProcess.StartAsync(config, deadline: Patience), null);
        }

        if (step.IsEmbedded)
        {
            var process = await GatewayProcess.StartAsync(config);
            var path = Path.Combine(process.Folder, "data/audit.db");
            return new BenchmarkGateway(process, new AuditRows(process, () => AuditRows.CountSqliteAsync(path)));
        }

        var database = await postgres!.NewDatabaseAsync();
        var gateway = await GatewayProcess.StartAsync(
            config, new Dictionary<string, string?> { ["DATABASE_URL"] = postgres.ConnectionString(database) });
        return new BenchmarkGateway(
            gateway,
            new AuditRows(
                gateway, async () => (await postgres.QueryAsync<long>(database, AuditRows.CountSql)).Single()));
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
