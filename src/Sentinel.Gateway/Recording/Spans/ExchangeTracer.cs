using System.Diagnostics;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Recording.Spans;

/// <summary>Makes one span of each exchange, where traces are sent at all.</summary>
/// <remarks>
/// The span is never the current activity: the client to the backend would make a second one below it, send that one's
/// id on, and no collector would know it.
/// </remarks>
internal sealed class ExchangeTracer : IDisposable
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Sentinel.Gateway";

    private readonly ActivitySource _source = new(SourceName);

    public ExchangeTracer(ConfigurationSource configuration)
    {
        var telemetry = configuration.AtStart.Sentinel.Telemetry;
        IsOn = telemetry is { OtlpEndpoint: not null, Traces: true };
    }

    public bool IsOn { get; }

    /// <summary>
    /// Begins the span as of the request's arrival. The body has been read, unless it never will be: the message may
    /// name the parent.
    /// </summary>
    public void Begin(HttpContext context, McpExchange exchange)
    {
        if (!IsOn || exchange.Span is not null)
        {
            return;
        }

        var (parent, links) = SpanParents.Of(context, exchange);
        var span = _source.CreateActivity(
            ExchangeSpan.Method(context, exchange), ActivityKind.Server, parent, tags: null, links);
        if (span is null)
        {
            return;
        }

        var current = Activity.Current;
        Activity.Current = null;
        span.SetStartTime(exchange.Timestamp);
        span.Start();
        Activity.Current = current;
        exchange.Span = span;
    }

    /// <summary>The exchange has ended, in whatever way.</summary>
    public void End(HttpContext context, McpExchange exchange)
    {
        if (!IsOn)
        {
            return;
        }

        Begin(context, exchange);
        if (exchange.Span is { } span)
        {
            if (span.IsAllDataRequested)
            {
                ExchangeSpan.Describe(span, context, exchange);
            }

            span.SetEndTime(exchange.Timestamp + TimeSpan.FromMicroseconds(exchange.ElapsedUs));
            span.Dispose();
        }
    }

    public void Dispose() => _source.Dispose();
}
