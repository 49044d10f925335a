using Sentinel.Gateway.Configuration.Backends;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Forwarding.Destinations;

/// <summary>Between forwarder and connection: ends calls whose time has run out, and sends MCP probes.</summary>
internal sealed class BackendHandler(HttpMessageHandler inner, TimeLimits limits, BackendTokens tokens)
    : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken) =>
        request is McpProbe probe ? probe.SendAsync(base.SendAsync, tokens, cancellationToken)
        : IsLimited(request) ? SendLimitedAsync(request, cancellationToken)
        : base.SendAsync(request, cancellationToken);

    // A GET is a stream of whatever the server may have to say, now or in hours.
    private bool IsLimited(HttpRequestMessage request) =>
        (limits.FirstByte ?? limits.Total) is not null && request.Method != HttpMethod.Get;

    private async Task<HttpResponseMessage> SendLimitedAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var startedAt = clock.GetTimestamp();
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isKept = false;
        try
        {
            limit.CancelAfter(limits.FirstByte ?? limits.Total!.Value);
            var response = await base.SendAsync(request, limit.Token);
            if (limits.Total is { } total)
            {
                var left = total - clock.GetElapsedTime(startedAt);
                limit.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                response.Content = new LimitedContent(response.Content, limit, cancellationToken);
                isKept = true;
            }

            return response;
        }
        catch (OperationCanceledException) when (
            limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BackendTimeoutException(limits.FirstByte is null ? TimeLimit.Total : TimeLimit.FirstByte);
        }
        finally
        {
            if (!isKept)
            {
                limit.Dispose();
            }
        }
    }
}
