using System.Collections.Frozen;

namespace Sentinel.Gateway.Rbac;

/// <summary>What becomes of tools whose definition is not the approved one.</summary>
internal enum PinningMode
{
    /// <summary>Nothing: definitions are not looked at.</summary>
    Off,

    /// <summary>They are warned of and counted.</summary>
    Warn,

    /// <summary>They are hidden from lists, and calls of them are refused.</summary>
    Deny,
}

/// <summary>How a tool's definition compares with the approved one.</summary>
internal enum PinState
{
    /// <summary>It is the approved one, or the backend's tools are not pinned.</summary>
    Approved,

    /// <summary>Another was approved.</summary>
    Changed,

    /// <summary>None was approved.</summary>
    Unknown,

    /// <summary>One was approved, and which one the backend has now is not known yet.</summary>
    NotSeen,
}

/// <summary>The hashes of approved definitions, and the backends that they bind.</summary>
internal sealed class ToolPins
{
    public const string ReasonToolChanged = "tool_changed";

    public static readonly ToolPins None = new(new Dictionary<string, PinningMode>(), []);

    private readonly FrozenDictionary<string, Backend> _backends;

    /// <param name="modes">The mode of each backend; one that is not named is not pinned.</param>
    /// <param name="approved">The approved tools with their definitions' hashes.</param>
    public ToolPins(
        IReadOnlyDictionary<string, PinningMode> modes,
        IEnumerable<(string Backend, string Tool, string Sha256)> approved)
    {
        var byBackend = approved.ToLookup(tool => tool.Backend, StringComparer.Ordinal);
        _backends = modes
            .Where(mode => mode.Value is not PinningMode.Off)
            .ToFrozenDictionary(
                mode => mode.Key,
                mode => new Backend(mode.Value, byBackend[mode.Key].ToFrozenDictionary(
                    tool => tool.Tool, tool => tool.Sha256, StringComparer.Ordinal)),
                StringComparer.Ordinal);
    }

    /// <summary>The approved tools of those backends.</summary>
    public IEnumerable<(string Backend, string Tool)> Tools =>
        _backends.SelectMany(backend => backend.Value.Hashes.Keys.Select(tool => (backend.Key, tool)));

    /// <summary>The backends whose tools are pinned.</summary>
    public IEnumerable<string> Backends => _backends.Keys;

    public PinningMode ModeOf(string backend) =>
        _backends.TryGetValue(backend, out var pinned) ? pinned.Mode : PinningMode.Off;

    /// <summary>Whether a definition of that tool was approved.</summary>
    public bool Knows(string backend, string tool) =>
        _backends.TryGetValue(backend, out var pinned) && pinned.Hashes.ContainsKey(tool);

    /// <param name="backend">The backend's id.</param>
    /// <param name="tool">The tool's name.</param>
    /// <param name="sha256">The hash of the definition that the backend has; null where it is not known.</param>
    public PinState Judge(string backend, string tool, string? sha256)
    {
        if (!_backends.TryGetValue(backend, out var pinned))
        {
            return PinState.Approved;
        }

        if (!pinned.Hashes.TryGetValue(tool, out var approved))
        {
            return PinState.Unknown;
        }

        return sha256 is null ? PinState.NotSeen
            : sha256 == approved ? PinState.Approved
            : PinState.Changed;
    }

    private sealed record Backend(PinningMode Mode, FrozenDictionary<string, string> Hashes);
}
