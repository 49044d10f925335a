using System.Diagnostics.Metrics;
using System.Net;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Edge;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication.Edge;

/// <summary>
/// Before anything else: who the client is, if proxies stand between, and whether host and origin are allowed.
/// </summary>
/// <remarks>
/// A web page can make a browser send requests to a gateway on its user's machine or network, under a name of its own
/// that leads there (DNS rebinding): the host tells that name, the origin the page.
/// </remarks>
internal sealed partial class EdgeMiddleware
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);

    private readonly RequestDelegate _next;
    private readonly TimeProvider _time;
    private readonly ILogger<EdgeMiddleware> _logger;
    private readonly Counter<long> _refused;
    private readonly PerSnapshot<EdgeRules> _rules = new(snapshot => new EdgeRules(snapshot.Sentinel));
    private long _lastLogged;

    public EdgeMiddleware(
        RequestDelegate next,
        TimeProvider time,
        IMeterFactory meters,
        ILogger<EdgeMiddleware> logger)
    {
        _next = next;
        _time = time;
        _logger = logger;
        _refused = meters.Create("Sentinel.Gateway").CreateCounter<long>(
            "sentinel.edge.refused", description: "Requests refused for their Host or Origin.");
    }

    public Task InvokeAsync(HttpContext context)
    {
        var rules = _rules.Of(ConfigurationSnapshot.Of(context));
        ForwardedHeaders.Apply(context, rules.TrustedProxies);

        // By the header itself: Request.Host decodes international names, and allocates where there are any.
        string? host = context.Request.Headers.Host;
        if (!rules.AllowsHost(host))
        {
            return RefuseAsync(context, "host", Refusal.HostDenied(FaultText.Show("", host ?? "")));
        }

        var origins = context.Request.Headers.Origin;
        if (origins.Count == 0)
        {
            return _next(context);
        }

        if (origins.Count > 1 || origins[0] is not { } origin || !rules.AllowsOrigin(origin))
        {
            return RefuseAsync(context, "origin", Refusal.OriginDenied(FaultText.Show("", origins.ToString())));
        }

        if (Cors.IsPreflight(context.Request))
        {
            Cors.AnswerPreflight(context, origin);
            return Task.CompletedTask;
        }

        Cors.Expose(context, origin);
        return _next(context);
    }

    private Task RefuseAsync(HttpContext context, string what, Refusal refusal)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", what));
        var last = Volatile.Read(ref _lastLogged);
        var now = _time.GetTimestamp();

        // Strangers must not be able to fill the log; the counter has them all.
        if ((last == 0 || _time.GetElapsedTime(last, now) >= LogInterval)
            && Interlocked.CompareExchange(ref _lastLogged, now, last) == last)
        {
            LogRefused(_logger, context.Connection.RemoteIpAddress, FaultText.OneLine(refusal.Message));
        }

        return RefusalWriter.WriteAsync(context, refusal).AsTask();
    }

    [LoggerMessage(
        2020, LogLevel.Information, "Refused a request from {Address}: {Message} At most one a second is logged.")]
    private static partial void LogRefused(ILogger logger, IPAddress? address, string message);
}
