using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Where a secret in the arguments of a call ends up.</summary>
public sealed class RedactionTests
{
    private const string Secret = "s3cr3t-0a1b2c3d";

    [Theory]
    [InlineData("""{"password":"#"}""")]
    [InlineData("""{"p\u0061ssword":"# and more"}""")]
    [InlineData("""{"deep":[{"er":{"refresh_token":["#"]}}]}""")]
    [InlineData("""{"people":[{"iban":"#"},{"iban":"#"}]}""")]
    [InlineData("""{"headers":{"X-Api-Key":"#","Authorization":"Bearer #"},"db":{"clientSecret":{"value":"#"}}}""")]
    public async Task Not_in_the_row_nor_in_any_file_nor_in_the_log(string arguments)
    {
        await using var run = await Run.StartAsync();

        await run.CallAsync("echo", arguments);
        await run.CallAsync("denied", arguments);

        var rows = await run.RowsAsync(2);
        Assert.Equal(["success", "denied"], rows.Select(row => row.Text("response_status")));
        Assert.All(rows, row => Assert.Contains("[redacted]", row.Text("request_args"), StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, string.Concat(rows), StringComparison.Ordinal);
        Assert.Empty(run.FilesWith(Secret));
        Assert.DoesNotContain(Secret, run.Gateway.Process.Output, StringComparison.Ordinal);
        // It was there: the backend was sent it.
        Assert.Contains(Secret, Encoding.UTF8.GetString(Assert.Single(run.Backend.Requests).Body), StringComparison.Ordinal);
    }

    // The counter-proof: under another key it is where the test above looks for it.
    [Theory]
    [InlineData("""{"note":"#"}""")]
    [InlineData("""{"iban":"#"}""")]
    [InlineData("""{"max_tokens":"#"}""")]
    public async Task In_row_and_journal_where_nothing_says_that_it_is_one(string arguments)
    {
        await using var run = await Run.StartAsync();

        await run.CallAsync("echo", arguments);

        var row = Assert.Single(await run.RowsAsync(1));
        Assert.Contains(Secret, row.Text("request_args"), StringComparison.Ordinal);
        Assert.Contains(run.FilesWith(Secret), file => file.EndsWith(".journal", StringComparison.Ordinal));
        Assert.Contains(run.FilesWith(Secret), file => file.Contains("audit.db", StringComparison.Ordinal));
    }

    private sealed class Run : IAsyncDisposable
    {
        private const string Rows = "rows/audit.db";

        public ScriptedBackend Backend { get; private init; } = null!;

        public GatewayProcess Gateway { get; private init; } = null!;

        public static async Task<Run> StartAsync()
        {
            var backend = await ScriptedBackend.StartAsync(http =>
            {
                http.Response.ContentType = "application/json";
                return http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{"content":[]}}""");
            });
            var config = new ProxyConfig()
                .Backend("raw", backend.Url)
                .ApiKey("tester", Servers.TesterKey, "tester")
                .Role("tester", allow: ["*"], deny: ["raw/denied"])
                .AuditToSqlite(Rows);
            config.Sentinel["Audit"]!["Redact"] = new JsonArray(
                "$.arguments.password", "$.arguments..*_token", "$.arguments.people[*].iban");
            return new Run { Backend = backend, Gateway = await GatewayProcess.StartAsync(config) };
        }

        public Task<Reply> CallAsync(string tool, string arguments) => Rpc.CallAsync(
            new Uri(Gateway.Url, "raw/mcp"),
            Servers.TesterKey,
            tool,
            arguments.Replace("#", Secret, StringComparison.Ordinal));

        public async Task<IReadOnlyList<Row>> RowsAsync(int count)
        {
            var table = AuditTable.OfFile(Path.Combine(Gateway.Folder, Rows));
            await table.HasRowsAsync(count);
            return await table.RowsAsync();
        }

        /// <summary>Of all that the gateway has written, its journal and its store.</summary>
        public IReadOnlyList<string> FilesWith(string text) =>
        [
            .. Directory.EnumerateFiles(Gateway.Folder, "*", SearchOption.AllDirectories)
                .Where(file => Read(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0),
        ];

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }

        private static byte[] Read(string path)
        {
            if (Path.GetFileName(path) == "lock")
            {
                return [];
            }

            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
    }
}
