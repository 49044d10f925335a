using Microsoft.AspNetCore.Connections.Features;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Management;

namespace Sentinel.Gateway.Hosting;

/// <summary>
/// How a stop goes. At once: not ready, and no connection is used for long. After the load balancer's window the
/// listener closes, and listening streams that no call needs end. After the drain the rest ends.
/// </summary>
/// <remarks>What is ended is judged anew ten times a second, so that nobody has to tell when a call is over.</remarks>
internal sealed partial class Drain(
    ConfigurationSource configuration,
    DrainState state,
    RunningExchanges running,
    TimeProvider time,
    ILogger<Drain> logger)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>What the host gives on top of window and drain, for what was cut to wind up.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    // What listens without its server having said a word may be a request that is about to be answered.
    private static readonly TimeSpan WordlessMax = TimeSpan.FromSeconds(1);

    // What was ended ends at once, but for a client that does not take what it has been sent.
    private static readonly TimeSpan EndingMax = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopped = new();
    private readonly Dictionary<McpExchange, Ending> _endings = [];
    private Task _ending = Task.CompletedTask;
    private int _closed;
    private int _handedOver;
    private int _cut;

    /// <summary>Whether a request was cut off that no client can take up elsewhere.</summary>
    public bool HasCut => Volatile.Read(ref _cut) > 0;

    private ShutdownOptions Options => configuration.AtStart.Sentinel.Shutdown;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        state.Begin();
        LeaveConnections();
        LogDraining(Options.LoadBalancerSeconds, running.Requests, running.Streams);
        await Task.Delay(TimeSpan.FromSeconds(Options.LoadBalancerSeconds), time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // The server closes the listener next, and waits for what runs.
        _ending = EndAsync();
    }

    // The server has stopped before: this service was registered earlier.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await _ending;
        if (HasCut)
        {
            LogCut(_cut, Options.DrainSeconds, _handedOver, _closed);
        }
        else
        {
            LogDrained(_handedOver, _closed);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopped.Dispose();

    // HTTP/2 gets its GOAWAY; HTTP/1.1 Connection: close with the answer, if that has not begun.
    private void LeaveConnections()
    {
        var connections = new List<IConnectionLifetimeNotificationFeature>();
        running.Visit((_, context) =>
        {
            if (context.Features.Get<IConnectionLifetimeNotificationFeature>() is { } connection)
            {
                connections.Add(connection);
            }
        });
        connections.ForEach(connection => connection.RequestClose());
    }

    private async Task EndAsync()
    {
        var closedAt = time.GetTimestamp();
        var limit = TimeSpan.FromSeconds(Options.DrainSeconds);
        while (!_stopped.IsCancellationRequested)
        {
            var elapsed = time.GetElapsedTime(closedAt);
            running.Visit((exchange, context) => EndIfDue(exchange, context, elapsed, isOver: elapsed >= limit));
            await Task.Delay(Interval, time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void EndIfDue(McpExchange exchange, HttpContext context, TimeSpan elapsed, bool isOver)
    {
        var answer = exchange.StoppableAnswer;
        var isNeeded = answer?.IsNeeded ?? !exchange.IsStream;
        if (exchange.IsStopped)
        {
            AbortIfStuck(exchange, context, elapsed, isOver);
            return;
        }

        if (!(isOver || (!isNeeded && (answer is not null || elapsed >= WordlessMax))))
        {
            return;
        }

        exchange.IsStopped = true;
        if (answer is not null && (answer.CanResume || !isNeeded))
        {
            _endings[exchange] = new Ending(elapsed, isNeeded);
            answer.Stop();
        }
        else
        {
            context.Abort();
        }

        if (!isNeeded)
        {
            _closed++;
        }
        else if (answer is { CanResume: true })
        {
            _handedOver++;
        }
        else
        {
            _cut++;
        }
    }

    // A call's answer may still be on its way to a client that reads slowly, and has until the drain is over.
    private void AbortIfStuck(McpExchange exchange, HttpContext context, TimeSpan elapsed, bool isOver)
    {
        if (!_endings.TryGetValue(exchange, out var ending)
            || elapsed - ending.At < EndingMax
            || !(isOver || exchange.IsStream))
        {
            return;
        }

        _endings.Remove(exchange);
        context.Abort();
        if (ending.IsNeeded)
        {
            _handedOver--;
            _cut++;
        }
        else if (!exchange.IsStream)
        {
            _closed--;
            _cut++;
        }
    }

    [LoggerMessage(
        4010,
        LogLevel.Information,
        "Draining: not ready any more, listening for another {Seconds} s; {Requests} requests and {Streams} streams "
        + "under way.")]
    private partial void LogDraining(int seconds, int requests, int streams);

    [LoggerMessage(
        4011,
        LogLevel.Information,
        "Drained: nothing was cut; {HandedOver} answers ended for their clients to resume, "
        + "{Closed} idle streams closed.")]
    private partial void LogDrained(int handedOver, int closed);

    [LoggerMessage(
        4012,
        LogLevel.Warning,
        "Drained: {Cut} requests outlasted Shutdown.DrainSeconds ({Seconds} s) and were cut; "
        + "{HandedOver} answers ended for their clients to resume, {Closed} idle streams closed.")]
    private partial void LogCut(int cut, int seconds, int handedOver, int closed);

    /// <param name="At">When it was told to end, since the listener closed.</param>
    /// <param name="IsNeeded">Whether a call waited for it, whose client was to resume it.</param>
    private readonly record struct Ending(TimeSpan At, bool IsNeeded);
}
