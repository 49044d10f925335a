using Sentinel.Benchmarks.Load;
using Sentinel.Benchmarks.Processes;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>One of those who are compared: where it is called, and whose processes it is.</summary>
/// <param name="name">As tables have it.</param>
/// <param name="endpoint">What is called.</param>
/// <param name="pids">The processes whose CPU time counts.</param>
/// <param name="owner">Disposed with it; null where somebody else does.</param>
internal sealed class Contender(string name, Uri endpoint, IReadOnlyList<int> pids, IAsyncDisposable? owner)
    : IAsyncDisposable
{
    public string Name { get; } = name;

    public Uri Endpoint { get; } = endpoint;

    /// <summary>What the clients call, each one of them; the one endpoint unless there are more.</summary>
    public IReadOnlyList<Uri> Endpoints { get; init; } = [endpoint];

    public IReadOnlyList<int> Pids { get; } = pids;

    /// <summary>The header line that says who calls; null sends none.</summary>
    public string? Credential { get; init; }

    /// <summary>What it records; null for who does not.</summary>
    public AuditRows? Audit { get; init; }

    /// <summary>Asks for the bytes allocated so far; null where nobody can be asked.</summary>
    public Func<Task<double?>>? Allocated { get; init; }

    /// <summary>False: calls reach the backend itself, and the process is not one under test.</summary>
    public bool IsProxy { get; init; } = true;

    /// <summary>Whether its code is compiled while it runs.</summary>
    public bool IsManaged { get; init; } = true;

    /// <summary>How many calls it has answered.</summary>
    public long Calls { get; set; }

    public static Contender Direct(Opponent backend, string name = "direct") =>
        new(name, new Uri(backend.Url, "mcp"), [backend.Process.Id], null) { IsProxy = false };

    public static Contender Yarp(Opponent yarp, string name) => new(name, At(yarp.Url), [yarp.Process.Id], yarp)
    {
        Allocated = async () => await yarp.AllocatedBytesAsync(),
    };

    public static Contender Native(NativeProxy proxy, string name, string? credential) =>
        new(name, At(proxy.Url), proxy.Pids, proxy) { Credential = credential, IsManaged = false };

    public static Contender Sentinel(BenchmarkGateway gateway, string name, string? credential) =>
        new(name, At(gateway.Process.Url), [gateway.Process.Process.Id], gateway)
        {
            Credential = credential,
            Audit = gateway.Audit,
            Allocated = () => GatewayMetrics.AllocatedBytesAsync(gateway.Process),
        };

    public ValueTask DisposeAsync() => owner?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Uri At(Uri origin) => new(origin, $"{ToolCallBytes.Backend}/mcp");
}
