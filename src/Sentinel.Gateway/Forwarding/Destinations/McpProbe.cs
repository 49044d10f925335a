using System.Net;
using System.Net.Http.Headers;
using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>A JSON-RPC <c>ping</c> outside any session, with the backend's own credential.</summary>
/// <remarks>
/// Servers that want a session, or know no such method any more, refuse it in JSON-RPC, and live. A balancer's page,
/// silence, or a status of 500 and more is no sign of life; nor is a credential that is refused, for so is every call.
/// </remarks>
internal sealed class McpProbe : HttpRequestMessage
{
    private const int AnswerBytesMax = 64 * 1024;

    private static ReadOnlySpan<byte> Ping => """{"jsonrpc":"2.0","id":"sentinel-probe","method":"ping"}"""u8;

    private static ReadOnlySpan<byte> PingId => "sentinel-probe"u8;

    private readonly BackendSettings? _backend;

    /// <param name="plain">Where to, and by which HTTP.</param>
    /// <param name="backend">The backend's credentials; null for none.</param>
    public McpProbe(HttpRequestMessage plain, BackendSettings? backend)
        : base(HttpMethod.Post, plain.RequestUri)
    {
        _backend = backend;
        Version = plain.Version;
        VersionPolicy = plain.VersionPolicy;
        foreach (var (name, values) in plain.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }

        Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        foreach (var (name, value) in backend?.Headers ?? [])
        {
            Headers.Remove(name);
            Headers.TryAddWithoutValidation(name, value);
        }

        Content = new ByteArrayContent(Ping.ToArray());
        Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>Sends it and judges the answer.</summary>
    /// <returns>200 for a sign of life, whatever the server's status was.</returns>
    /// <exception cref="HttpRequestException">There was none; the message says what came instead.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send,
        BackendTokens tokens,
        CancellationToken cancellationToken)
    {
        if (_backend?.ClientCredentials is { } grant)
        {
            var token = await tokens.GetAsync(grant, cancellationToken)
                ?? throw new HttpRequestException("There is no token for this backend; the log says why.");
            Headers.TryAddWithoutValidation(PrivateHeaders.Authorization, token.HeaderValue);
        }

        using var response = await send(this, cancellationToken);
        var status = (int)response.StatusCode;
        if (response.StatusCode is HttpStatusCode.Unauthorized && _backend?.ClientCredentials is { } refused)
        {
            tokens.Reject(refused);
        }

        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            // Where clients' own tokens go on, a probe has none to show.
            return _backend is { ForwardAuthorization: true }
                ? new HttpResponseMessage(HttpStatusCode.OK)
                : throw new HttpRequestException($"HTTP {status}: the server refuses the gateway's credential.");
        }

        if (status >= 500)
        {
            throw new HttpRequestException($"HTTP {status}.");
        }

        return await IsAnsweredAsync(response.Content, cancellationToken)
            ? new HttpResponseMessage(HttpStatusCode.OK)
            : throw new HttpRequestException($"HTTP {status} and no JSON-RPC answer; is the path the MCP endpoint's?");
    }

    private static async Task<bool> IsAnsweredAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var observer = new ResponseObserver(AnswerContent.IsEventStream(content));
        var buffer = new byte[4096];
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        for (var total = 0; total < AnswerBytesMax;)
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return false;
            }

            total += read;
            if (IsAnswered(observer, buffer.AsSpan(0, read)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAnswered(ResponseObserver observer, ReadOnlySpan<byte> bytes)
    {
        while (observer.TryRead(ref bytes))
        {
            // An error that names no request has a code at least; a web framework's own "error" has none.
            if (observer.Id.IsText(PingId) || (observer.IsErrorWithoutId && observer.ToAnswer().ErrorCode is not null))
            {
                return true;
            }
        }

        return false;
    }
}
