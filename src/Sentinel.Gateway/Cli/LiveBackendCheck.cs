using System.Globalization;
using ModelContextProtocol.Client;
using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary>Talks to every destination of every backend as an MCP client would.</summary>
internal static class LiveBackendCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <returns>Whether every destination answered.</returns>
    public static async Task<bool> RunAsync(
        IReadOnlyList<ClusterConfig> clusters,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        var isWell = true;
        foreach (var cluster in clusters)
        {
            foreach (var (name, destination) in cluster.Destinations!)
            {
                var (answered, text) = await TryAsync(new Uri(destination.Address), cancellationToken);
                isWell &= answered;
                await output.WriteLineAsync(FaultText.OneLine($"backend {cluster.ClusterId}/{name}: {text}"));
            }
        }

        return isWell;
    }

    private static async Task<(bool Answered, string Text)> TryAsync(Uri address, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        var problem = "";
        foreach (var endpoint in BackendLists.Endpoints(address))
        {
            try
            {
                return (true, await DescribeAsync(endpoint, timeout.Token));
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return (false, string.Create(
                    CultureInfo.InvariantCulture, $"no answer from {endpoint} within {Timeout.TotalSeconds} s"));
            }
            // Whatever a server can do wrong ends here as text: the next destination is to be looked at as well.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                problem += $"{(problem.Length == 0 ? "" : "; ")}{endpoint}: {e.GetBaseException().Message}";
            }
        }

        return (false, problem);
    }

    private static async Task<string> DescribeAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        await using var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
            ConnectionTimeout = Timeout,
        });
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: cancellationToken);
        var server = $"{client.ServerInfo?.Name} {client.ServerInfo?.Version} at {endpoint}";
        if (client.ServerCapabilities?.Tools is null)
        {
            return $"{server}, no tools";
        }

        var tools = await client.ListToolsAsync(cancellationToken: cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{server}, {tools.Count} tools");
    }
}
