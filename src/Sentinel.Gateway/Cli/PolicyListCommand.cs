using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using Sentinel.Gateway.Authorization.Lists;
using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Pinning;
using Sentinel.Gateway.Mcp.Lists;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel policy list</c>: everything that a caller can use, as the backends have it now.</summary>
internal static class PolicyListCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var command = new Command("list", "List everything that a caller can use on the running backends.")
        {
            SharedOptions.Config,
            PolicyCaller.AsOption,
            PolicyCaller.KeyOption,
            PolicyCaller.TokenOption,
            SharedOptions.Json,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(SharedOptions.Config),
            new PolicyCaller(
                result.GetValue(PolicyCaller.AsOption) ?? [],
                result.GetValue(PolicyCaller.KeyOption),
                result.GetValue(PolicyCaller.TokenOption)),
            result.GetValue(SharedOptions.Json),
            result.InvocationConfiguration,
            cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(
        string path,
        PolicyCaller caller,
        bool isJson,
        InvocationConfiguration console,
        CancellationToken cancellationToken)
    {
        ConfigurationSource source;
        try
        {
            source = await ConfigurationSource.LoadAsync(path, ProcessEnvironment.Read(), cancellationToken);
        }
        catch (ConfigurationException e)
        {
            await CheckCommand.WriteFaultsAsync(e.Faults, console.Error);
            return 1;
        }

        var snapshot = source.Current;
        var (effective, problem) = await caller.ResolveAsync(source, Console.In, cancellationToken);
        if (problem is not null)
        {
            await console.Error.WriteLineAsync(FaultText.OneLine(problem));
            return 1;
        }

        var usable = new List<UsableItem>();
        var isWell = true;
        foreach (var cluster in snapshot.Clusters)
        {
            try
            {
                usable.AddRange(await ListAsync(snapshot, cluster, effective, cancellationToken));
            }
            // Whatever one server can do wrong: what the others have is still worth seeing.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                isWell = false;
                var why = e is OperationCanceledException ? "no answer in time" : e.GetBaseException().Message;
                await console.Error.WriteLineAsync(FaultText.OneLine($"{cluster.ClusterId}: {why}"));
            }
        }

        await console.Output.WriteLineAsync(isJson ? JsonSerializer.Serialize(usable, Indented) : Table(usable));
        return isWell ? 0 : 1;
    }

    private static async Task<List<UsableItem>> ListAsync(
        ConfigurationSnapshot snapshot,
        ClusterConfig cluster,
        IReadOnlyList<string> roles,
        CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Timeout);

        // Destinations of a backend are taken to have the same.
        var address = new Uri(cluster.Destinations!.First().Value.Address);
        var tls = snapshot.Backends.GetValueOrDefault(cluster.ClusterId)?.Tls;
        await using var client = await BackendLists.ConnectAsync(address, [], tls, timeout.Token);
        var usable = new List<UsableItem>();
        foreach (var kind in ListKinds.All)
        {
            foreach (var name in await NamesAsync(client, kind, timeout.Token))
            {
                var target = ListTargets.Of(kind);
                var decision = snapshot.Policy.DecideVisibility(roles, cluster.ClusterId, target, name);
                if (decision.IsAllowed)
                {
                    var bare = snapshot.Policy.Decide(roles, cluster.ClusterId, target, name, arguments: default);
                    usable.Add(new UsableItem(
                        cluster.ClusterId, ListKinds.Singular(kind), name, decision.Rule, !bare.IsAllowed));
                }
            }
        }

        return usable;
    }

    private static async Task<IEnumerable<string>> NamesAsync(
        McpClient client,
        ListKind kind,
        CancellationToken cancellationToken)
    {
        try
        {
            return (await BackendLists.ReadAsync(client, kind, cancellationToken))
                .Where(item => item.ValueKind == JsonValueKind.Object
                    && item.TryGetProperty(ListKinds.ItemKey(kind), out var name)
                    && name.ValueKind == JsonValueKind.String)
                .Select(item => item.GetProperty(ListKinds.ItemKey(kind)).GetString()!)
                .Order(StringComparer.Ordinal);
        }
        catch (McpProtocolException e) when (e.ErrorCode is McpErrorCode.MethodNotFound)
        {
            // Resources without templates, for example.
            return [];
        }
    }

    private static string Table(List<UsableItem> usable)
    {
        if (usable.Count == 0)
        {
            return "Nothing.";
        }

        var name = usable.Max(item => item.Backend.Length + 1 + item.Name.Length);
        var lines = usable.Select(item =>
            $"{item.Kind,-17} {VisibleText.Escape($"{item.Backend}/{item.Name}").PadRight(name)}  {item.Rule}"
            + (item.IsLimited ? "  (some arguments only)" : ""));
        return string.Join('\n', lines) + string.Create(CultureInfo.InvariantCulture, $"\n{usable.Count} usable.");
    }

    /// <summary>What a caller can use, and the grant that says so.</summary>
    private sealed record UsableItem(string Backend, string Kind, string Name, string Rule, bool IsLimited);
}
