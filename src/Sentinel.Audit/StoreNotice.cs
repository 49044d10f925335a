using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>Says at start what became of the choice of a store, where an operator might have meant another.</summary>
internal sealed partial class StoreNotice(StoreChoice choice, AuditOptions options, ILogger<StoreNotice> logger)
    : IHostedService
{
    private readonly ILogger _logger = logger;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (choice.MissingVariable is { } variable)
        {
            if (choice.Kind is null)
            {
                LogDisabled();
            }
            else
            {
                LogEmbedded(variable, options.Sqlite.Path);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(3030, LogLevel.Warning, "Postgres URL not set, audit logging disabled")]
    private partial void LogDisabled();

    [LoggerMessage(
        3031,
        LogLevel.Warning,
        "{Variable} is not set: audit rows go to the file {Path} of this machine. Set the variable to use PostgreSQL, "
        + "or Audit.Store to Sqlite to say that this is meant.")]
    private partial void LogEmbedded(string variable, string path);
}
