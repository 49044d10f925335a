using System.Globalization;
using Sentinel.Gateway.Configuration.Proxy;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Configuration.Backends;

/// <summary>Time limits of one backend that could never act, or that are written twice.</summary>
internal static class TimeLimitChecks
{
    public static void Run(BackendOptions options, string path, ClusterConfig? cluster, FaultCollector faults)
    {
        var activity = cluster?.HttpRequest?.ActivityTimeout;
        var idleAt = $"{path}.{nameof(BackendOptions.IdleSeconds)}";
        if (options.IdleSeconds is not null && activity is { } written && written != ProxySection.StreamTimeout)
        {
            faults.Add(idleAt, "the cluster's HttpRequest.ActivityTimeout says the same thing; keep one of them");
            return;
        }

        CheckOrder(
            options.ConnectSeconds, options.FirstByteSeconds, nameof(BackendOptions.FirstByteSeconds), path, faults);
        CheckOrder(options.FirstByteSeconds, options.MaxSeconds, nameof(BackendOptions.MaxSeconds), path, faults);
        CheckOrder(options.ConnectSeconds, options.MaxSeconds, nameof(BackendOptions.MaxSeconds), path, faults);

        var idleSeconds = options.IdleSeconds ?? (int?)activity?.TotalSeconds;
        if (idleSeconds > 0 && options.FirstByteSeconds > idleSeconds && !faults.HasAt(idleAt))
        {
            faults.Add($"{path}.{nameof(BackendOptions.FirstByteSeconds)}", string.Create(
                CultureInfo.InvariantCulture,
                $"the answer is not waited for that long: nothing may be idle for more than {idleSeconds} s; "
                + $"write a higher IdleSeconds, or 0"));
        }
    }

    private static void CheckOrder(int? shorter, int? longer, string key, string path, FaultCollector faults)
    {
        var at = $"{path}.{key}";
        if (shorter > longer && !faults.HasAt(at))
        {
            faults.Add(at, string.Create(
                CultureInfo.InvariantCulture,
                $"{longer} s are over before the {shorter} s of a part of it; write more"));
        }
    }
}
