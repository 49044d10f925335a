using System.Globalization;

namespace Sentinel.Tests.Shared;

/// <summary>HAProxy with the configuration that the repository ships, before replicas of the gateway.</summary>
public sealed class HaProxyProcess : IAsyncDisposable
{
    private HaProxyProcess(ChildProcess process, Uri url)
    {
        Process = process;
        Url = url;
    }

    public ChildProcess Process { get; }

    /// <summary>Its origin, with a slash at the end.</summary>
    public Uri Url { get; }

    public static string ConfigPath => Artifacts.Source("deploy/haproxy/haproxy.cfg");

    /// <summary>The program, or null.</summary>
    public static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Append("/usr/sbin")
            .Select(folder => Path.Combine(folder, "haproxy"))
            .FirstOrDefault(File.Exists);

    /// <summary>The variables that the configuration takes its addresses from; two replicas or three.</summary>
    public static Dictionary<string, string?> Settings(int port, params IReadOnlyList<Uri> replicas)
    {
        var settings = new Dictionary<string, string?> { ["SENTINEL_BIND"] = $"127.0.0.1:{port}" };
        for (var i = 0; i < replicas.Count; i++)
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"SENTINEL_{i + 1}")] = replicas[i].Authority;
        }

        return settings;
    }

    /// <summary>Starts it and waits until a replica answers through it; ask <see cref="Requires.HaProxy"/> first.</summary>
    public static async Task<HaProxyProcess> StartAsync(params IReadOnlyList<Uri> replicas)
    {
        var port = FreePort.Take();
        var process = ChildProcess.Start(Find()!, ["-db", "-f", ConfigPath], Settings(port, replicas));
        var balancer = new HaProxyProcess(process, new Uri($"http://127.0.0.1:{port}/"));
        try
        {
            using var http = new HttpClient();
            await Eventually.TrueAsync(() => IsReadyAsync(http, balancer), "a replica answers through HAProxy");
            return balancer;
        }
        catch
        {
            await balancer.DisposeAsync();
            throw;
        }
    }

    /// <summary>How often it has seen a replica (1, 2 …) come back.</summary>
    public int Returns(int replica) =>
        Process.Lines.Count(line =>
            line.StartsWith("stderr: ", StringComparison.Ordinal)
            && line.Contains($"Server sentinel/sentinel-{replica} is UP", StringComparison.Ordinal));

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static async Task<bool> IsReadyAsync(HttpClient http, HaProxyProcess balancer)
    {
        if (balancer.Process.HasExited)
        {
            throw new InvalidOperationException($"HAProxy has ended:\n{balancer.Process.Output}");
        }

        try
        {
            using var response = await http.GetAsync(new Uri(balancer.Url, "healthz/ready"));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
