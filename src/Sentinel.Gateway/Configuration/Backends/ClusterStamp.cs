using System.Globalization;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Sentinel.Gateway.Configuration.Backends;

/// <summary>How long a backend may take; null for no limit of Sentinel's own.</summary>
/// <param name="Connect">To take a connection.</param>
/// <param name="FirstByte">To begin its answer.</param>
/// <param name="Total">For a call as a whole.</param>
internal readonly record struct TimeLimits(TimeSpan? Connect, TimeSpan? FirstByte, TimeSpan? Total)
{
    private static readonly TimeSpan ConnectDefault = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The limit of a connection, written or not: sooner than the answer's, so that there is time for another
    /// destination to be tried.
    /// </summary>
    public TimeSpan ConnectInForce
    {
        get
        {
            var half = (FirstByte ?? Total) / 2;
            return Connect ?? (half < ConnectDefault ? half.Value : ConnectDefault);
        }
    }
}

/// <summary>Writes a backend's time limits into its cluster, so that YARP hands them on with it.</summary>
internal static class ClusterStamp
{
    private const string Prefix = "Sentinel.";
    private const string Connect = Prefix + nameof(BackendOptions.ConnectSeconds);
    private const string FirstByte = Prefix + nameof(BackendOptions.FirstByteSeconds);
    private const string Total = Prefix + nameof(BackendOptions.MaxSeconds);

    public static ClusterConfig Apply(ClusterConfig cluster, BackendOptions? options)
    {
        var metadata = (cluster.Metadata ?? new Dictionary<string, string>())
            .Where(pair => !pair.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
        Write(metadata, Connect, options?.ConnectSeconds);
        Write(metadata, FirstByte, options?.FirstByteSeconds);
        Write(metadata, Total, options?.MaxSeconds);
        var request = options?.IdleSeconds is not { } idle
            ? cluster.HttpRequest
            : (cluster.HttpRequest ?? ForwarderRequestConfig.Empty) with
            {
                ActivityTimeout = idle == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(idle),
            };
        return cluster with { Metadata = metadata, HttpRequest = request };
    }

    public static TimeLimits Read(IReadOnlyDictionary<string, string>? metadata) =>
        new(Read(metadata, Connect), Read(metadata, FirstByte), Read(metadata, Total));

    private static void Write(Dictionary<string, string> metadata, string key, int? seconds)
    {
        if (seconds is not null)
        {
            metadata[key] = seconds.Value.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static TimeSpan? Read(IReadOnlyDictionary<string, string>? metadata, string key) =>
        metadata?.GetValueOrDefault(key) is { } text
            ? TimeSpan.FromSeconds(int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture))
            : null;
}
