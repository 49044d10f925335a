using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Processes;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>Everybody who takes part, and what they stand on.</summary>
internal sealed class Field : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];

    private Field(Opponent backend, Credentials credentials)
    {
        Backend = backend;
        Credentials = credentials;
        _owned.AddRange([backend, credentials]);
    }

    public Opponent Backend { get; }

    public Credentials Credentials { get; }

    public PostgresServer? Postgres { get; private set; }

    public List<Contender> Contenders { get; } = [];

    /// <summary>Who does not take part, and why.</summary>
    public Dictionary<string, string> Skipped { get; } = new(StringComparer.Ordinal);

    /// <param name="fsync">Whether PostgreSQL waits for its disk.</param>
    public static async Task<Field> StartAsync(bool fsync = true)
    {
        var field = new Field(await Opponent.StartAsync("backend"), await Credentials.StartAsync());
        try
        {
            field.Postgres = PostgresServer.FindBinaries() is null ? null : await PostgresServer.CreateAsync(fsync);
            return field;
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }
    }

    public void Add(Contender contender) => Contenders.Add(contender);

    public async Task AddYarpAsync(string name) =>
        Add(Contender.Yarp(await Opponent.StartAsync("yarp", Backend.Url.AbsoluteUri), name));

    public async Task AddNginxAsync(string name)
    {
        if (NativeProxy.Find("nginx") is null)
        {
            Skipped[name] = "nginx is not installed: apt-get install nginx-light";
            return;
        }

        Add(Contender.Native(await NativeProxy.StartNginxAsync(Backend.Url), name, credential: null));
    }

    public async Task AddHaProxyAsync(string name)
    {
        if (NativeProxy.Find("haproxy") is null)
        {
            Skipped[name] = "HAProxy is not installed: apt-get install haproxy";
            return;
        }

        var tools = Enumerable.Range(0, 2000).Select(i => $"tool_{i}").Append(ToolCallBytes.Tool);
        var proxy = await NativeProxy.StartHaProxyAsync(
            Backend.Url, Credentials.Issuer, Credentials.Audience, Credentials.Pem, tools);
        var contender = Contender.Native(proxy, name, Credentials.Jwt);
        Add(contender);
        await Refusals.ProveAsync(contender, Credentials, refusesUnknownTools: true);
    }

    public async Task AddSentinelAsync(string name, GatewayStep step, string? credential)
    {
        if (step is { Guarantee: not null, IsEmbedded: false } && Postgres is null)
        {
            Skipped[name] = "PostgreSQL's programs are not installed: apt-get install postgresql";
            return;
        }

        var contender = Contender.Sentinel(
            await BenchmarkGateway.StartAsync(step, Backend.Url, Credentials, Postgres), name, credential);
        Add(contender);
        if (step.KnowsCallers)
        {
            await Refusals.ProveAsync(contender, Credentials, refusesUnknownTools: step.Roles > 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Contenders.Reverse<IAsyncDisposable>().Concat(_owned))
        {
            await owned.DisposeAsync();
        }

        if (Postgres is not null)
        {
            await Postgres.DisposeAsync();
        }
    }
}
