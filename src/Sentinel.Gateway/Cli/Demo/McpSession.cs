using ModelContextProtocol.Server;

namespace Sentinel.Gateway.Cli.Demo;

/// <summary>One client's session up to revision 2025-11-25: a server of its own, from initialize to DELETE.</summary>
internal sealed class McpSession(string id, StreamableHttpServerTransport transport, McpServer server)
    : IAsyncDisposable
{
    // Not linked to any request: a session outlives the one that opened it, and ends with its transport.
    private readonly Task _running = server.RunAsync(CancellationToken.None);
    private int _streamOpened;

    public string Id { get; } = id;

    public StreamableHttpServerTransport Transport { get; } = transport;

    public bool TryOpenStream() => Interlocked.Exchange(ref _streamOpened, 1) == 0;

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await server.DisposeAsync();
    }
}
