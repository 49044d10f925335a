using Microsoft.Extensions.Logging.Console;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Management.Telemetry;

namespace Sentinel.Gateway.Hosting;

/// <summary>Where log lines go, and which there are.</summary>
internal static class Logs
{
    public static void Add(ILoggingBuilder logging, ConfigurationManager configuration, TelemetryOptions telemetry)
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logging.Services.Configure<JsonConsoleFormatterOptions>(console =>
        {
            console.IncludeScopes = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        });

        logging.Services.Configure<ConsoleLoggerOptions>(console =>
        {
            // A terminal that is not read must not hold up calls.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;

            // The framework's own setting goes before ours.
            console.FormatterName = configuration["Logging:Console:FormatterName"]
                ?? (telemetry.LogFormat == LogFormat.Json ? ConsoleFormatterNames.Json : ConsoleFormatterNames.Simple);
        });
        OtlpLogging.Add(logging, telemetry);
        logging.AddFilter("Microsoft", LogLevel.Warning);

        // Where this category is enabled at any level the host makes an Activity of every request, and the client to
        // the backend a second one, though nobody collects them.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // A start that failed is explained in one message of ours; the host would add the exception's stack.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        logging.AddFilter("Yarp", LogLevel.Warning);
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
    }
}
