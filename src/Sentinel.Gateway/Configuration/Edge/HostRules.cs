using System.Collections.Frozen;

namespace Sentinel.Gateway.Configuration.Edge;

/// <summary>By which hosts a listener lets itself be called: addresses, <c>localhost</c>, and what is written down.
/// </summary>
/// <remarks>
/// A page can lead its own name to any address (DNS rebinding); no page can make a browser call an address by itself.
/// Judging allocates nothing.
/// </remarks>
internal sealed class HostRules
{
    public const string LocalHost = "localhost";

    private readonly bool _isAny;
    private readonly string[] _suffixes;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;

    /// <param name="patterns">What proxy.json allows.</param>
    /// <param name="own">Names that the listener is known by; null for none.</param>
    public HostRules(IReadOnlyList<HostPattern> patterns, params IEnumerable<string?> own)
    {
        _isAny = patterns.Any(pattern => pattern.IsAny);
        _suffixes = [.. patterns.Select(pattern => pattern.Suffix).OfType<string>()];
        _names = patterns.Select(pattern => pattern.ToString()).Append(LocalHost).Concat(own)
            .OfType<string>()
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <param name="host">The Host header, with or without a port.</param>
    public bool Allows(ReadOnlySpan<char> host) =>
        HostText.TryReadName(host, out var name) && (_isAny || IsKnown(name));

    /// <summary>Whether the host is one that was written down, or no name: not one that any name would pass for.
    /// </summary>
    public bool VouchesFor(ReadOnlySpan<char> host) => HostText.TryReadName(host, out var name) && IsKnown(name);

    private bool IsKnown(ReadOnlySpan<char> name)
    {
        if (HostText.IsAddress(name) || _names.Contains(name))
        {
            return true;
        }

        foreach (var suffix in _suffixes)
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
