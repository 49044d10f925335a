using System.Globalization;
using System.Net.Sockets;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Differential;

public enum Backend
{
    CSharp,
    NodeV1,
    NodeV2,
    Go,
}

/// <summary>What became of one request of the corpus.</summary>
/// <param name="Executed">What the server ran.</param>
/// <param name="HasReached">Whether the server received anything.</param>
/// <param name="Recorded">The rows it left; none without a gateway.</param>
internal sealed record Trial(
    HostileBody Body,
    RawAnswer Answer,
    IReadOnlyList<SampleCall> Executed,
    bool HasReached,
    IReadOnlyList<Recorded> Recorded
);

/// <summary>The whole corpus sent to one server, straight and through a gateway before it.</summary>
internal sealed record ServerRun(
    string Denied,
    IReadOnlyList<Trial> Direct,
    IReadOnlyList<Trial> Through
);

/// <summary>Sends the corpus once to each server that a test asks about.</summary>
public sealed class DifferentialRun
{
    private const string Key = "differential-key-0123456789abcdef";
    private const string RoutePrefix = "/server";

    private readonly Dictionary<Backend, Lazy<Task<ServerRun>>> _runs = Enum.GetValues<Backend>()
        .ToDictionary(backend => backend, backend => new Lazy<Task<ServerRun>>(() => RunAsync(backend)));

    /// <summary>Skips the running test where the server cannot run.</summary>
    internal Task<ServerRun> OfAsync(Backend backend)
    {
        switch (backend)
        {
            case Backend.Go:
                Requires.Go();
                break;
            case Backend.NodeV1 or Backend.NodeV2:
                Requires.NodePackages();
                break;
        }

        // All at once, because most of a run is waiting.
        foreach (var (other, run) in _runs)
        {
            _ = CanRun(other) ? run.Value : null;
        }

        return _runs[backend].Value;
    }

    private static bool CanRun(Backend backend) =>
        backend switch
        {
            Backend.CSharp => true,
            Backend.Go => Requires.IsGoInstalled,
            _ => Requires.AreNodePackagesInstalled,
        };

    private static async Task<ServerRun> RunAsync(Backend backend)
    {
        await using ServerProcess server = backend switch
        {
            Backend.CSharp => await SampleServerProcess.StartAsync(),
            Backend.NodeV1 => await NodeServerProcess.StartAsync("server-v1.mjs"),
            Backend.NodeV2 => await NodeServerProcess.StartAsync("server-v2.mjs"),
            _ => await GoServerProcess.StartAsync(),
        };
        var hasSessions = backend is Backend.CSharp;
        var denied = hasSessions ? "fail" : "danger";
        var corpus = Corpus.For(denied);

        var session = hasSessions ? await OpenSessionAsync(server.McpUrl, key: null) : null;
        var direct = await SendAllAsync(server, new RawSender(server.Url, "", key: null, session), corpus, "direct");

        await using var gateway = await GatewayProcess.StartAsync(
            new ProxyConfig()
                .Backend("server", server.Url)
                .ApiKey("differential", Key, "limited")
                .Role("limited", allow: [$"server/{Aim.Allowed}"])
                .AuditToSqlite("audit.db")
        );
        var mcp = new Uri(gateway.Url, "server/mcp");
        session = hasSessions ? await OpenSessionAsync(mcp, Key) : null;
        var sender = new RawSender(gateway.Url, RoutePrefix, Key, session);
        var through = await SendAllAsync(server, sender, corpus, "through");

        var rows = await AllRowsAsync(gateway, mcp);
        var calls = (await server.Calls()).Where(call => call.Outcome == "started").ToLookup(MarkerOf);
        var requests = (await server.Requests()).ToLookup(request => request.Header(Servers.Marker) ?? "");
        IReadOnlyList<Trial> Trials(List<(HostileBody Body, string Marker, RawAnswer Answer)> sent) =>
        [
            .. sent.Select(one => new Trial(
                one.Body,
                one.Answer,
                [.. calls[one.Marker]],
                requests[one.Marker].Any(),
                [.. rows.Where(row => row.Text("client_name") == one.Marker).Select(Recorded.Of)]
            )),
        ];
        return new ServerRun(denied, Trials(direct), Trials(through));
    }

    // A header that was sent twice, on a request inside another, still bears the same marker.
    private static string MarkerOf(SampleCall call) => call.Header(Servers.Marker) ?? "";

    private static async Task<List<(HostileBody, string, RawAnswer)>> SendAllAsync(
        ServerProcess server,
        RawSender sender,
        IReadOnlyList<HostileBody> corpus,
        string way
    )
    {
        var sent = new List<(HostileBody, string, RawAnswer)>();
        foreach (var body in corpus)
        {
            var marker = string.Create(CultureInfo.InvariantCulture, $"{way}-{sent.Count}");
            try
            {
                sent.Add((body, marker, await sender.SendAsync(body, marker)));
            }
            catch (SocketException exception)
            {
                var message = $"Nobody listens any more at \"{body}\". The server's output:\n{server.Process.Output}";
                throw new InvalidOperationException(message, exception);
            }
        }

        return sent;
    }

    private static async Task<string> OpenSessionAsync(Uri mcp, string? key)
    {
        const string Initialize =
            """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","""
            + """ "capabilities":{},"clientInfo":{"name":"differential","version":"1"}}}""";
        using var response = await RawCall.Post(mcp, Initialize, key).SendAsync();
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return response.Header("Mcp-Session-Id") ?? throw new InvalidOperationException("No session was opened.");
    }

    // Rows come in order: when the row of a last call is there, so are those of all calls before it.
    private static async Task<IReadOnlyList<Row>> AllRowsAsync(GatewayProcess gateway, Uri mcp)
    {
        const string Fence = "the-last-call";
        var table = AuditTable.OfFile(Path.Combine(gateway.Folder, "audit.db"));
        await Rpc.CallAsync(mcp, Key, "none", client: Fence);
        await Eventually.HoldsAsync(async () => (await table.RowsAsync(Fence)).Count > 0);
        return await table.RowsAsync();
    }
}
