using System.Diagnostics.Metrics;

namespace Sentinel.Gateway.Recording;

/// <summary>How many sessions have something under way here, and how many calls wait for an answer.</summary>
internal sealed class OpenCallsGauge
{
    public OpenCallsGauge(OpenCalls calls, IMeterFactory meters)
    {
        var meter = meters.Create("Sentinel.Gateway");
        meter.CreateObservableGauge(
            "sentinel.sessions.active",
            () => calls.Sessions,
            description: "Sessions with a call or a listening stream under way on this replica.");
        meter.CreateObservableGauge(
            "sentinel.calls.waiting",
            () => calls.Waiting,
            description: "Calls whose own response has ended and whose answer may yet come by another stream.");
    }
}
