using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Shared;

/// <summary>A server that opens a session for anybody, talks on its streams for ever, and keeps nothing.</summary>
internal sealed class SoakBackend : IAsyncDisposable
{
    public const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"soak","version":"1"}}}""";

    public const string LargeCall =
        """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"large","arguments":{}}}""";

    // More than the systems' buffers take on the way, so that whoever does not read holds the sender back.
    private const int EventBytes = 16 * 1024;
    private const int LargeBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Event = Encoding.ASCII.GetBytes($"id: 1\ndata: {new string('x', EventBytes)}\n\n");
    private static readonly byte[] Filling = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));

    private readonly WebApplication _app;

    private SoakBackend()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Url => new(_app.Urls.Single() + "/");

    public static async Task<SoakBackend> StartAsync()
    {
        var backend = new SoakBackend();
        await backend._app.StartAsync();
        return backend;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext http)
    {
        try
        {
            if (HttpMethods.IsGet(http.Request.Method))
            {
                await TalkAsync(http);
                return;
            }

            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync(http.RequestAborted);
            http.Response.ContentType = "application/json";
            if (body == Initialize)
            {
                http.Response.Headers["Mcp-Session-Id"] = $"{Guid.NewGuid():n}";
                await http.Response.WriteAsync("""{"jsonrpc":"2.0","id":1,"result":{}}""", http.RequestAborted);
                return;
            }

            await http.Response.WriteAsync(
                """{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":" """, http.RequestAborted);
            for (var sent = 0; sent < LargeBytes; sent += Filling.Length)
            {
                await http.Response.Body.WriteAsync(Filling, http.RequestAborted);
            }

            await http.Response.WriteAsync("\"}]}}", http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The gateway has left, as its client did.
        }
    }

    private static async Task TalkAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        using var pace = new PeriodicTimer(Pace);
        do
        {
            await http.Response.Body.WriteAsync(Event, http.RequestAborted);
        }
        while (await pace.WaitForNextTickAsync(http.RequestAborted));
    }
}
