using System.Collections.Concurrent;
using System.Security.Cryptography;
using ModelContextProtocol.Server;
using Sentinel.Gateway.Cli.Demo;

namespace Sentinel.SampleServer;

/// <summary>
/// The HTTP+SSE transport of revision 2024-11-05: a GET that stays open carries every message of the server, and names
/// the address that messages to it are posted to.
/// </summary>
internal sealed class SseEndpoint
{
    private readonly ConcurrentDictionary<string, SseResponseStreamTransport> _sessions = new(StringComparer.Ordinal);
    private readonly IServiceProvider _services;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationToken _stopping;
    private readonly McpServerOptions _options;

    private SseEndpoint(IServiceProvider services, McpServerOptions options)
    {
        _services = services;
        _loggers = services.GetRequiredService<ILoggerFactory>();
        _stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        _options = options;
    }

    public static void Map(IEndpointRouteBuilder routes, McpServerOptions options)
    {
        var endpoint = new SseEndpoint(routes.ServiceProvider, options);
        routes.MapGet("/sse", endpoint.OpenAsync);
        routes.MapPost("/message", endpoint.ReceiveAsync);
    }

    private async Task OpenAsync(HttpContext http)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping);
        McpHttp.StartEventStream(http);
        await using var transport = new SseResponseStreamTransport(http.Response.Body, $"/message?sessionId={id}", id);
        await using var server = McpServer.Create(transport, _options, _loggers, _services);

        // Before the client can know the address, so that its first message finds the session.
        _sessions[id] = transport;
        var writing = transport.RunAsync(ending.Token);
        try
        {
            await server.RunAsync(ending.Token);
        }
        finally
        {
            _sessions.TryRemove(id, out _);
            await transport.DisposeAsync();
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        if (!_sessions.TryGetValue(http.Request.Query["sessionId"].ToString(), out var transport))
        {
            await McpHttp.RefuseAsync(http, 404, McpHttp.SessionNotFound, "Session not found.");
        }
        else if (await McpHttp.ReadMessageAsync(http) is { } message)
        {
            message.Context!.Items![McpEndpoint.SessionTransport] = transport;
            await transport.OnMessageReceivedAsync(message, http.RequestAborted);
            http.Response.StatusCode = StatusCodes.Status202Accepted;
            await http.Response.WriteAsync("Accepted", http.RequestAborted);
        }
    }
}
