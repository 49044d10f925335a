namespace Sentinel.Tests.Shared;

/// <summary>A small MCP server on a generation of the official TypeScript SDK; without sessions.</summary>
public sealed class NodeServerProcess : ServerProcess
{
    private NodeServerProcess(ChildProcess process, Uri url)
        : base(process, url)
    {
    }

    /// <summary>Starts a script of tests/Node on a free port; ask <see cref="Requires.NodePackages"/> first.</summary>
    public static async Task<NodeServerProcess> StartAsync(string script)
    {
        var process = ChildProcess.Start("node", [Artifacts.Source($"tests/Node/{script}"), "--port", "0"]);
        return new NodeServerProcess(process, await ListeningAsync(process));
    }
}
