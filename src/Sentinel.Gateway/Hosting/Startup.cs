using Microsoft.AspNetCore.Connections;
using Sentinel.Audit;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Hosting;

/// <summary>Starts a gateway, and turns what keeps it from starting into one message that says what to do.</summary>
internal static partial class Startup
{
    /// <exception cref="StartupException">It cannot start as asked.</exception>
    public static async Task<WebApplication> StartAsync(
        string path,
        string urls,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        WebApplication? app = null;
        try
        {
            var configuration = await ConfigurationSource.LoadAsync(path, environment, cancellationToken);
            app = GatewayHost.Build(configuration, Listeners.Parse(urls));
            await app.StartAsync(cancellationToken);
            Announce(app, configuration.Current.Warnings);
            return app;
        }
        catch (Exception exception) when (Explain(exception) is { } message)
        {
            if (app is not null)
            {
                await app.DisposeAsync();
            }

            throw new StartupException(message, exception);
        }
    }

    private static string? Explain(Exception exception) => exception switch
    {
        ConfigurationException faulty =>
            string.Join('\n', faulty.Faults) + $"\n{faulty.Faults.Count} fault(s): nothing was started.",
        AuditConfigurationException audit => audit.Message,
        FormatException format => format.Message,
        IOException { InnerException: AddressInUseException } inUse =>
            $"{inUse.Message} Stop what listens there, or choose another address with --urls or Management.Url.",
        _ => null,
    };

    private static void Announce(WebApplication app, IReadOnlyList<string> warnings)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sentinel");
        foreach (var warning in warnings)
        {
            LogWarning(logger, warning);
        }

        var (traffic, management) = GatewayHost.Addresses(app);
        foreach (var address in traffic)
        {
            LogServing(logger, address);
        }

        LogManagement(logger, management);
    }

    [LoggerMessage(4020, LogLevel.Information, "Serving MCP on {Address}")]
    private static partial void LogServing(ILogger logger, string address);

    [LoggerMessage(4021, LogLevel.Information, "Management on {Address}")]
    private static partial void LogManagement(ILogger logger, string address);

    [LoggerMessage(4022, LogLevel.Warning, "proxy.json: {Warning}")]
    private static partial void LogWarning(ILogger logger, string warning);
}

/// <summary>The gateway cannot start; the message is for a person, and says what to do.</summary>
internal sealed class StartupException(string message, Exception inner) : Exception(message, inner);
