using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ModelContextProtocol;
using Sentinel.Gateway.Authorization.Pinning;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Pinning;
using Sentinel.Gateway.Configuration.Reload;
using Sentinel.Gateway.Configuration.Tls;
using Sentinel.Gateway.Mcp.Lists;
using Sentinel.Gateway.Mcp.Tools;
using Sentinel.Gateway.Rbac;
using Yarp.ReverseProxy.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary>
/// <c>sentinel policy approve</c>: shows how the tools of pinned backends differ from the approved ones, and writes
/// them into tools.lock.json once a person agrees.
/// </summary>
internal static class PolicyApproveCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private static readonly Option<string[]> Backend = new("--backend")
    {
        Description = "Only this backend, which may be repeated; without it every backend in Rbac.Pinning.",
        HelpName = "NAME",
    };

    private static readonly Option<bool> Yes = new("--yes")
    {
        Description = "Approve without asking, for scripts.",
    };

    public static Command Create()
    {
        var command = new Command("approve", "Review changed tool definitions and write them into tools.lock.json.")
        {
            SharedOptions.Config,
            Backend,
            Yes,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetRequiredValue(SharedOptions.Config),
            result.GetValue(Backend) ?? [],
            result.GetValue(Yes),
            Console.IsInputRedirected ? null : Console.In,
            result.InvocationConfiguration,
            cancellationToken));
        return command;
    }

    /// <param name="path">Where proxy.json is.</param>
    /// <param name="backends">The backends to look at; empty for all that are pinned.</param>
    /// <param name="isApproved">Whether nobody is asked.</param>
    /// <param name="answers">Where a person answers; null where there is none.</param>
    /// <param name="console">Where it is shown.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<int> RunAsync(
        string path,
        string[] backends,
        bool isApproved,
        TextReader? answers,
        InvocationConfiguration console,
        CancellationToken cancellationToken)
    {
        var look = await ConfigurationFile.LookAsync(path, cancellationToken);
        var result = await ReadAsync(look);
        if (result.Snapshot is not { } snapshot)
        {
            await CheckCommand.WriteFaultsAsync(result.Faults, console.Error);
            return 1;
        }

        var lockPath = ToolsLock.PathBeside(path);
        var approved = ReadLock(look.ToolsLock!, out var problem);
        var clusters = Choose(snapshot, backends, ref problem);
        if (problem is not null)
        {
            await console.Error.WriteLineAsync(problem);
            return 1;
        }

        var changes = 0;
        foreach (var cluster in clusters)
        {
            var tls = snapshot.Backends.GetValueOrDefault(cluster.ClusterId)?.Tls;
            var (tools, failure) = await ReadToolsAsync(cluster, tls, cancellationToken);
            if (failure is not null)
            {
                await console.Error.WriteLineAsync(FaultText.OneLine($"{cluster.ClusterId}: {failure}"));
                return 1;
            }

            changes += await ShowAsync(approved, cluster.ClusterId, tools, console.Output);
            approved.Approve(cluster.ClusterId, tools);
        }

        var text = approved.Write();
        if (changes == 0 && look.ToolsLock is { Fault: null })
        {
            await console.Output.WriteLineAsync($"{ToolsLock.FileName} holds what the backends have: nothing to do.");
            return 0;
        }

        if (!isApproved && !await AgreesAsync(changes, answers, console.Output))
        {
            await console.Error.WriteLineAsync("Nothing was written: answer yes on a terminal, or give --yes.");
            return 1;
        }

        // Whole or not at all: a gateway may be looking.
        await File.WriteAllTextAsync(lockPath + ".new", text, cancellationToken);
        File.Move(lockPath + ".new", lockPath, overwrite: true);
        await console.Output.WriteLineAsync($"Wrote {lockPath}: {Count(changes)} approved.");
        return 0;
    }

    // The lock is what is to be written, so it need not be there, nor be whole.
    private static async Task<ConfigurationResult> ReadAsync(FileLook look) => look.Fault is { } fault
        ? new ConfigurationResult(null, [fault])
        : await ConfigurationReader.ReadAsync(
            look.Content, ProcessEnvironment.Read(), 1, new FileLook("", "{}"u8.ToArray(), null));

    private static ToolsLock ReadLock(FileLook look, out string? problem)
    {
        var approved = ToolsLock.Parse(look.Fault is null ? look.Content : "{}"u8.ToArray(), out problem);
        problem = problem is null
            ? null
            : $"{ToolsLock.FileName} cannot be compared with: {problem}; restore it, or delete it to approve anew.";
        return approved;
    }

    private static IReadOnlyList<ClusterConfig> Choose(
        ConfigurationSnapshot snapshot,
        string[] backends,
        ref string? problem)
    {
        var wanted = backends.Length > 0
            ? backends
            : [.. snapshot.Sentinel.Rbac.Pinning.Where(p => p.Value is not PinningMode.Off).Select(p => p.Key)];
        foreach (var backend in wanted.Where(name => snapshot.Clusters.All(cluster => cluster.ClusterId != name)))
        {
            problem ??= $"There is no backend '{backend}' in ReverseProxy.Clusters.";
        }

        if (wanted.Length == 0)
        {
            problem ??= "No backend's tools are pinned; name one in Rbac.Pinning, or here with --backend.";
        }

        return [.. snapshot.Clusters.Where(cluster => wanted.Contains(cluster.ClusterId))];
    }

    private static async Task<(IReadOnlyList<ToolDefinition> Tools, string? Failure)> ReadToolsAsync(
        ClusterConfig cluster,
        BackendTls? tls,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<ToolDefinition>? tools = null;
        foreach (var (name, destination) in cluster.Destinations!)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(Timeout);
            try
            {
                await using var client = await BackendLists.ConnectAsync(
                    new Uri(destination.Address), [], tls, timeout.Token);
                var items = await BackendLists.ReadAsync(client, ListKind.Tools, timeout.Token);
                var read = items.Select(ToolDefinition.Read).OfType<ToolDefinition>().ToList();
                if (read.Count < items.Count || read.DistinctBy(tool => tool.Name).Count() < read.Count)
                {
                    return ([], "a tool has no definition that every client reads alike, or is there twice");
                }

                if (tools is not null && !tools.Select(t => t.Sha256).ToHashSet().SetEquals(read.Select(t => t.Sha256)))
                {
                    return ([], $"destination {name} has other tools than the ones before it; serve one version first");
                }

                tools = read;
            }
            catch (Exception e) when (e is HttpRequestException or McpException or IOException or JsonException)
            {
                return ([], e.GetBaseException().Message);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return ([], $"no answer from {destination.Address} in time");
            }
        }

        return (tools ?? [], tools is null ? "it has no destination" : null);
    }

    // How many tools differ.
    private static async Task<int> ShowAsync(
        ToolsLock approved,
        string backend,
        IReadOnlyList<ToolDefinition> tools,
        TextWriter output)
    {
        var changes = 0;
        var before = approved.Backends.Where(b => b.Key == backend).SelectMany(b => b.Value.Values).ToList();
        foreach (var tool in tools.OrderBy(tool => tool.Name, StringComparer.Ordinal))
        {
            var known = before.Find(other => other.Name == tool.Name);
            if (known?.Sha256 == tool.Sha256)
            {
                continue;
            }

            changes++;
            await output.WriteLineAsync(
                $"{(known is null ? "new" : "changed")}: {backend}/{VisibleText.Escape(tool.Name)}");
            var lines = known is null
                ? Readable(tool).Split('\n').Select(line => "+ " + line)
                : LineDifference.Between(Readable(known), Readable(tool));
            foreach (var line in lines)
            {
                await output.WriteLineAsync("  " + line);
            }
        }

        foreach (var gone in before.Where(other => tools.All(tool => tool.Name != other.Name)))
        {
            changes++;
            await output.WriteLineAsync($"gone: {backend}/{VisibleText.Escape(gone.Name)}");
        }

        return changes;
    }

    private static string Readable(ToolDefinition tool) => ReadableJson.Of(tool.Canonical);

    private static async Task<bool> AgreesAsync(int changes, TextReader? answers, TextWriter output)
    {
        if (answers is null)
        {
            return false;
        }

        await output.WriteAsync($"Approve {Count(changes)}? Type yes: ");
        return await answers.ReadLineAsync() is { } answer && answer.Trim() == "yes";
    }

    private static string Count(int changes) =>
        string.Create(CultureInfo.InvariantCulture, $"{changes} change{(changes == 1 ? "" : "s")}");
}
