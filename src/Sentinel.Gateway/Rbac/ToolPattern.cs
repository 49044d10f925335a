using System.Diagnostics.CodeAnalysis;

namespace Sentinel.Gateway.Rbac;

/// <summary>
/// Which tools a rule speaks of: <c>backend/tool</c>, where <c>*</c> stands for any run of characters.
/// </summary>
/// <remarks><c>*</c> alone is every tool of every backend. The first slash parts backend from tool.</remarks>
internal sealed class ToolPattern : IParsable<ToolPattern>
{
    private readonly string _text;
    private readonly Glob _backend;
    private readonly Glob _tool;

    private ToolPattern(string text, string backend, string tool)
    {
        _text = text;
        _backend = new Glob(backend);
        _tool = new Glob(tool);
    }

    /// <inheritdoc cref="Glob.IsLiteral"/>
    public bool IsLiteral => _backend.IsLiteral && _tool.IsLiteral;

    /// <exception cref="FormatException">The text is no pattern; the message says what to write instead.</exception>
    public static ToolPattern Parse(string s, IFormatProvider? provider)
    {
        if (s == "*")
        {
            return new ToolPattern(s, "*", "*");
        }

        var colon = s.IndexOf(':', StringComparison.Ordinal);
        var slash = s.IndexOf('/', StringComparison.Ordinal);
        if (colon >= 0 && (slash < 0 || colon < slash))
        {
            throw new FormatException(
                $"Rules for '{s[..colon]}:' are not available yet; write backend/tool, for example github/search_*.");
        }

        if (slash <= 0 || slash == s.Length - 1)
        {
            throw new FormatException(
                $"'{s}' is no tool pattern; write backend/tool, for example github/search_*, or * for every tool.");
        }

        return new ToolPattern(s, s[..slash], s[(slash + 1)..]);
    }

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out ToolPattern result)
    {
        try
        {
            result = s is null ? null : Parse(s, provider);
        }
        catch (FormatException)
        {
            result = null;
        }

        return result is not null;
    }

    /// <summary>Exact in case: how <c>Allow</c> matches.</summary>
    public bool Matches(string backend, string tool) => _backend.Matches(backend) && _tool.Matches(tool);

    /// <summary>In any case, so that no spelling escapes a rule that forbids: how <c>Deny</c> matches.</summary>
    public bool MatchesFolded(string backend, string tool) =>
        _backend.MatchesFolded(backend) && _tool.MatchesFolded(tool);

    /// <summary>Whether it matches every tool of that backend.</summary>
    public bool MatchesEveryTool(string backend) => _tool.IsEverything && _backend.Matches(backend);

    public override string ToString() => _text;
}
