using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sentinel.Gateway.Configuration.Pinning;
using Sentinel.Gateway.Mcp.Tools;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization.Pinning;

/// <summary>
/// The definitions of pinned tools as backends gave them last, to whichever caller or to the gateway itself.
/// </summary>
/// <remarks>Bounded by the lock file: of tools that it does not name nothing is kept.</remarks>
internal sealed partial class SeenTools
{
    private const int WarnedMax = 10_000;
    private const string Unreadable = "unreadable";

    private readonly ConcurrentDictionary<(string Backend, string Tool), string> _hashes = new();
    private readonly ConcurrentDictionary<(string Backend, string Tool, string Sha256), bool> _warned = new();
    private readonly Counter<long> _unapproved;
    private readonly ILogger<SeenTools> _logger;

    public SeenTools(IMeterFactory meters, ILogger<SeenTools> logger)
    {
        _unapproved = meters.Create("Sentinel.Gateway").CreateCounter<long>(
            "sentinel.tools.unapproved",
            description: "Definitions seen in lists that are not the approved ones, each time they were seen.");
        _logger = logger;
    }

    /// <summary>Takes note of a tool in a list.</summary>
    /// <param name="pins">What is approved.</param>
    /// <param name="backend">Whose list it is.</param>
    /// <param name="name">The tool's name.</param>
    /// <param name="item">The tool as it stands in the list.</param>
    public PinState See(ToolPins pins, string backend, string name, ReadOnlyMemory<byte> item)
    {
        var sha256 = ToolDefinition.Read(item)?.Sha256 ?? Unreadable;
        if (pins.Knows(backend, name))
        {
            _hashes[(backend, name)] = sha256;
        }

        var state = pins.Judge(backend, name, sha256);
        if (state is not PinState.Approved)
        {
            Tell(pins, backend, name, sha256, state);
        }

        return state;
    }

    /// <summary>How the tool that is called compares with what was approved, by the definition seen last.</summary>
    public PinState Judge(ToolPins pins, string backend, string tool) =>
        pins.Judge(backend, tool, _hashes.GetValueOrDefault((backend, tool)));

    private void Tell(ToolPins pins, string backend, string name, string sha256, PinState state)
    {
        _unapproved.Add(
            1,
            new KeyValuePair<string, object?>("backend", backend),
            new KeyValuePair<string, object?>("state", state is PinState.Changed ? "changed" : "unknown"));
        if (_warned.Count < WarnedMax && _warned.TryAdd((backend, name, sha256), true))
        {
            var what = state is PinState.Changed ? "changed since it was approved" : "not approved";
            LogUnapproved(backend, VisibleText.Escape(name), what, pins.ModeOf(backend));
        }
    }

    [LoggerMessage(
        7110,
        LogLevel.Warning,
        "Tool {Backend}/{Tool}: its definition is {What} (Pinning: {Mode}). Review it: sentinel policy approve.")]
    private partial void LogUnapproved(string backend, string tool, string what, PinningMode mode);
}
