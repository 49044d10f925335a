using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>A backend that keeps what it has executed, and calls that are told apart by their argument.</summary>
internal sealed class UniqueCalls : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _executed = new(StringComparer.Ordinal);
    private ScriptedBackend? _backend;
    private int _made;

    /// <summary>The texts of the calls that reached the backend.</summary>
    public ICollection<string> Executed => _executed.Keys;

    public static async Task<UniqueCalls> StartAsync()
    {
        var calls = new UniqueCalls();
        calls._backend = await ScriptedBackend.StartAsync(calls.ExecuteAsync);
        return calls;
    }

    /// <summary>A gateway before the backend, recording into PostgreSQL.</summary>
    public async Task<GatewayProcess> GatewayAsync(string url, string guarantee, Action<JsonObject>? change = null)
    {
        var config = new ProxyConfig()
            .Backend("raw", _backend!.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"])
            .AuditToPostgres();
        var audit = config.Sentinel["Audit"]!.AsObject();
        audit["Guarantee"] = guarantee;
        change?.Invoke(audit);
        return await GatewayProcess.StartAsync(
            config, new Dictionary<string, string?> { ["DATABASE_URL"] = url });
    }

    /// <summary>Makes a call with a text that no other call has.</summary>
    /// <param name="gateway">Through which.</param>
    /// <param name="bytes">About how long its arguments are; nothing makes them shorter on a disk.</param>
    public async Task<(string Text, Reply Reply)> CallAsync(GatewayProcess gateway, int bytes = 0)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"call {Interlocked.Increment(ref _made)}");
        var filling = Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes / 4 * 3));
        var reply = await Rpc.CallAsync(
            new Uri(gateway.Url, "raw/mcp"),
            Servers.TesterKey,
            "echo",
            $$"""{"text":"{{text}}","filling":"{{filling}}"}""");
        return (text, reply);
    }

    /// <summary>Makes so many calls, one after the other, each of which must be answered by the backend.</summary>
    public async Task<IReadOnlyList<string>> SucceedAsync(GatewayProcess gateway, int count, int bytes = 0)
    {
        var texts = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var (text, reply) = await CallAsync(gateway, bytes);
            Assert.True(reply.Status == 200, $"{text} of {count}: {reply.Status} {reply.Text}\n{gateway.Process.Output}");
            texts.Add(text);
        }

        return texts;
    }

    /// <summary>The texts of the forwarded calls that have rows, once for every row; none while it is away.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(PostgresServer server, string database)
    {
        try
        {
            return await server.QueryAsync<string>(
                database,
                "SELECT request_args->'arguments'->>'text' FROM public.audit_log "
                + "WHERE reason IS DISTINCT FROM 'audit_unavailable'");
        }
        catch (NpgsqlException)
        {
            return [];
        }
    }

    /// <summary>Waits until each of these calls has a row; then none may have two.</summary>
    public static async Task HaveOneRowEachAsync(
        IEnumerable<string> texts, PostgresServer server, string database, GatewayProcess gateway)
    {
        IReadOnlyList<string> rows = [];
        try
        {
            await Eventually.HoldsAsync(
                async () => !texts.Except(rows = await RowsAsync(server, database), StringComparer.Ordinal).Any(),
                TimeSpan.FromSeconds(90));
        }
        catch (TimeoutException)
        {
            var missing = texts.Except(rows, StringComparer.Ordinal).ToList();
            Assert.Fail($"No rows of {missing.Count}: {string.Join(", ", missing.Take(10))}\n{gateway.Process.Output}");
        }

        var twice = rows.CountBy(text => text, StringComparer.Ordinal).Where(row => row.Value > 1).Select(row => row.Key);
        Assert.Empty(twice);
    }

    public static async Task VerifyAsync(PostgresServer server, string database, GatewayProcess gateway)
    {
        var (exitCode, output) = await Cli.RunAsync(
            ["audit", "verify", "--config", gateway.ConfigPath], Postgres.Environment(server, database));
        Assert.True(exitCode == 0, output);
    }

    public async ValueTask DisposeAsync() => await _backend!.DisposeAsync();

    private async Task ExecuteAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body);
        var text = body.RootElement.GetProperty("params").GetProperty("arguments").GetProperty("text").GetString()!;
        _executed.AddOrUpdate(text, 1, (_, count) => count + 1);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
    }
}
