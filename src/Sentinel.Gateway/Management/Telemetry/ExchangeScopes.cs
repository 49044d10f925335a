using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Management.Telemetry;

/// <summary>Opens log scopes around exchanges, where something reads them.</summary>
internal sealed class ExchangeScopes(
    ConfigurationSource configuration,
    IOptions<ConsoleLoggerOptions> console,
    ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger("Sentinel");

    private readonly bool _isRead =
        configuration.AtStart.Sentinel.Telemetry is { OtlpEndpoint: not null, Logs: true }
        || string.Equals(console.Value.FormatterName, ConsoleFormatterNames.Json, StringComparison.OrdinalIgnoreCase);

    /// <summary>The scope of an exchange; null where nobody would read it.</summary>
    public IDisposable? Begin(HttpContext context, McpExchange exchange) =>
        _isRead ? _logger.BeginScope(new ExchangeScope(exchange, context.Request.Headers.TraceParent)) : null;
}
