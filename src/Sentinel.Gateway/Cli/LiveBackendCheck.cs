using System.Globalization;
using ModelContextProtocol.Client;
using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Tls;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Cli;

/// <summary>Talks to every destination of every backend as an MCP client would.</summary>
internal static class LiveBackendCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Says of each destination what it is, and of each backend which tools rules name in vain.</summary>
    /// <returns>Whether every destination answered.</returns>
    public static async Task<bool> RunAsync(
        ConfigurationSnapshot snapshot,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        var isWell = true;
        foreach (var cluster in snapshot.Clusters)
        {
            var tls = snapshot.Backends.GetValueOrDefault(cluster.ClusterId)?.Tls;
            var tools = new HashSet<string>(StringComparer.Ordinal);
            var areAllKnown = true;
            foreach (var (name, destination) in cluster.Destinations!)
            {
                var (answered, text) = await TryAsync(new Uri(destination.Address), tls, tools, cancellationToken);
                areAllKnown &= answered;
                await output.WriteLineAsync(FaultText.OneLine($"backend {cluster.ClusterId}/{name}: {text}"));
            }

            isWell &= areAllKnown;
            foreach (var pattern in areAllKnown ? NamedInVain(snapshot.Sentinel.Rbac, cluster.ClusterId, tools) : [])
            {
                await output.WriteLineAsync(FaultText.OneLine(
                    $"warning: a rule names '{pattern}', and the backend has no such tool for this client"));
            }
        }

        return isWell;
    }

    // A rule about one tool by its name: one with wildcards may be meant for tools to come.
    private static IEnumerable<TargetPattern> NamedInVain(RbacOptions rbac, string backend, HashSet<string> tools) =>
        rbac.Roles.Values.SelectMany(role => role.Allow.Concat(role.Deny)).Select(rule => rule.Tool)
            .Concat(rbac.Disabled)
            .Where(pattern => pattern is { IsLiteral: true, Kind: TargetKind.Tool }
                && pattern.MatchesFolded(backend, pattern.Name)
                && !tools.Any(tool => pattern.MatchesFolded(backend, tool)))
            .DistinctBy(pattern => pattern.ToString());

    private static async Task<(bool Answered, string Text)> TryAsync(
        Uri address,
        BackendTls? tls,
        HashSet<string> tools,
        CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);
        var problem = "";
        foreach (var endpoint in BackendLists.Endpoints(address))
        {
            try
            {
                return (true, await DescribeAsync(endpoint, tls, tools, timeout.Token));
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

    private static async Task<string> DescribeAsync(
        Uri endpoint,
        BackendTls? tls,
        HashSet<string> tools,
        CancellationToken cancellationToken)
    {
        var options = new HttpClientTransportOptions
        {
            Endpoint = endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
            ConnectionTimeout = Timeout,
        };
        await using var transport = new HttpClientTransport(
            options, BackendTls.CreateClient(tls), loggerFactory: null, ownsHttpClient: true);
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: cancellationToken);
        var server = $"{client.ServerInfo?.Name} {client.ServerInfo?.Version} at {endpoint}";
        if (client.ServerCapabilities?.Tools is null)
        {
            return $"{server}, no tools";
        }

        var listed = await client.ListToolsAsync(cancellationToken: cancellationToken);
        tools.UnionWith(listed.Select(tool => tool.Name));
        return string.Create(CultureInfo.InvariantCulture, $"{server}, {listed.Count} tools");
    }
}
