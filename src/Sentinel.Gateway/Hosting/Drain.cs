using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Management;

namespace Sentinel.Gateway.Hosting;

/// <summary>
/// On SIGTERM: not ready at once, and the listener open for as long as the load balancer needs to see it.
/// </summary>
internal sealed partial class Drain(
    ConfigurationSource configuration,
    DrainState state,
    TimeProvider time,
    ILogger<Drain> logger)
    : IHostedLifecycleService
{
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        state.Begin();
        var window = configuration.AtStart.Sentinel.Shutdown.LoadBalancerSeconds;
        LogDraining(logger, window);
        return Task.Delay(TimeSpan.FromSeconds(window), time, cancellationToken)
            .ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(4010, LogLevel.Information, "Draining: not ready any more, listening for another {Seconds} s.")]
    private static partial void LogDraining(ILogger logger, int seconds);
}
