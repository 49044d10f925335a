using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Gateway.Authorization;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Tests.Authorization;

/// <summary>The slots of callers, as the host makes them.</summary>
internal static class Slots
{
    public static CallerSlots Of(IMeterFactory meters, RunningExchanges? running = null)
    {
        running ??= new RunningExchanges();
        var overload = new Overload(meters, running, TimeProvider.System, NullLogger<Overload>.Instance);
        return new CallerSlots(running, overload, new LimitMetrics(meters));
    }
}
