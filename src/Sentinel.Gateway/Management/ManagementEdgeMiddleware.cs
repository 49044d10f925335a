using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Edge;
using Sentinel.Gateway.Management.Api;

namespace Sentinel.Gateway.Management;

/// <summary>
/// First on the management listener: what browsers are told of every answer, and whether the request may be here at
/// all.
/// </summary>
/// <remarks>
/// The dashboard's cookie is sent by any page that can make the browser ask this host. So a foreign name (DNS
/// rebinding), a foreign origin, and what the browser itself calls cross-site are refused before anything is looked at.
/// </remarks>
internal sealed partial class ManagementEdgeMiddleware
{
    public const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long an answer that is no stream and no export may take from its beginning on.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMinutes(1);

    private readonly RequestDelegate _next;
    private readonly ConfigurationSource _configuration;
    private readonly TimeProvider _time;
    private readonly ILogger<ManagementEdgeMiddleware> _logger;
    private readonly Counter<long> _refused;
    private readonly PerSnapshot<HostRules> _hosts;
    private readonly PerSnapshot<TrustedNetwork[]> _proxies = new(snapshot => [.. snapshot.Sentinel.TrustedProxies]);
    private long _lastLogged;

    public ManagementEdgeMiddleware(
        RequestDelegate next,
        ConfigurationSource configuration,
        TimeProvider time,
        IMeterFactory meters,
        ILogger<ManagementEdgeMiddleware> logger)
    {
        _next = next;
        _configuration = configuration;
        _time = time;
        _logger = logger;
        _refused = meters.Create("Sentinel.Gateway").CreateCounter<long>(
            "sentinel.management.refused",
            description: "Requests to the management listener refused for their Host, Origin or site.");
        var ownHost = new Uri(configuration.AtStart.Sentinel.Management.Url).IdnHost;
        _hosts = new(snapshot => new HostRules(
            snapshot.Sentinel.AllowedHosts, ownHost, snapshot.Sentinel.PublicUrl?.Host));
    }

    public Task InvokeAsync(HttpContext context)
    {
        ForwardedHeaders.Apply(context, _proxies.Of(_configuration.Current));

        if (!MayTakeLong(context.Request.Path))
        {
            LimitAnswer(context);
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Kubelets and balancers ask by whatever name they have, and learn nothing.
        if (context.Request.Path.StartsWithSegments("/healthz", StringComparison.Ordinal))
        {
            return _next(context);
        }

        return Judge(context) is var (what, error) ? RefuseAsync(context, what, error) : _next(context);
    }

    // A rate, as the server has it, lets pass whatever the buffers on the way take; who does not read would hold one of
    // few connections for many minutes.
    private void LimitAnswer(HttpContext context)
    {
        ITimer? timer = null;
        context.Response.OnStarting(() =>
        {
            timer = _time.CreateTimer(_ => context.Abort(), null, AnswerMax, Timeout.InfiniteTimeSpan);
            return Task.CompletedTask;
        });
        context.Response.OnCompleted(() =>
        {
            timer?.Dispose();
            return Task.CompletedTask;
        });
    }

    // These see to it themselves that somebody reads.
    private static bool MayTakeLong(PathString path) =>
        path.Value is "/api/calls/live" or "/api/calls/export" or "/api/verify";

    private (string What, ApiError Error)? Judge(HttpContext context)
    {
        var request = context.Request;
        string? host = request.Headers.Host;
        // Not by "*", which opens traffic to any name: a foreign name here reads the record with a viewer's cookie.
        if (!_hosts.Of(_configuration.Current).VouchesFor(host))
        {
            return ("host", ApiError.HostDenied(FaultText.Show("", host ?? "")));
        }

        var origins = request.Headers.Origin;
        if (origins.Count > 0 && !(origins.Count == 1 && IsOwn(origins[0], request.Scheme, host)))
        {
            return ("origin", ApiError.OriginDenied(FaultText.Show("", origins.ToString())));
        }

        // A page on another port of this host is the same site to a browser, which sends it the cookie; it is not ours.
        if (request.Path.StartsWithSegments(ManagementApi.Prefix, StringComparison.Ordinal)
            && request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site
            && site.ToString() is not ("same-origin" or "none"))
        {
            return ("site", ApiError.OriginDenied("another site"));
        }

        var mayHaveBody = HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method)
            || HttpMethods.IsPatch(request.Method) || HttpMethods.IsDelete(request.Method);
        return !mayHaveBody && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true
            ? ("body", ApiError.BadRequest($"{request.Method} takes no body; send none."))
            : null;
    }

    // Where TLS ends before this listener, browsers say https.
    private static bool IsOwn(string? origin, string scheme, string? host) =>
        string.Equals(origin, $"{scheme}://{host}", StringComparison.OrdinalIgnoreCase)
        || (scheme == Uri.UriSchemeHttp
            && string.Equals(origin, $"https://{host}", StringComparison.OrdinalIgnoreCase));

    private Task RefuseAsync(HttpContext context, string what, ApiError error)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", what));
        var last = Volatile.Read(ref _lastLogged);
        var now = _time.GetTimestamp();
        if ((last == 0 || _time.GetElapsedTime(last, now) >= LogInterval)
            && Interlocked.CompareExchange(ref _lastLogged, now, last) == last)
        {
            LogRefused(_logger, context.Connection.RemoteIpAddress, FaultText.OneLine(error.Message));
        }

        return error.WriteAsync(context);
    }

    [LoggerMessage(
        10000,
        LogLevel.Information,
        "Refused a request to the management listener from {Address}: {Message} At most one a second is logged.")]
    private static partial void LogRefused(ILogger logger, IPAddress? address, string message);
}
