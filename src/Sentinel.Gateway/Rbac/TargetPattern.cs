using System.Diagnostics.CodeAnalysis;

namespace Sentinel.Gateway.Rbac;

/// <summary>
/// What a rule speaks of: <c>[kind:]backend/name</c>, where <c>*</c> stands for any run of characters and <c>?</c> for
/// one.
/// </summary>
/// <remarks>
/// The kind is <c>tool</c> where none is written. <c>*</c> alone is every tool of every backend, <c>prompt:*</c> every
/// prompt, <c>resource:*</c> every resource. The first slash parts the backend from the name.
/// </remarks>
internal sealed class TargetPattern : IParsable<TargetPattern>
{
    private static readonly (string Prefix, TargetKind Kind)[] Kinds =
        [("tool:", TargetKind.Tool), ("prompt:", TargetKind.Prompt), ("resource:", TargetKind.Resource)];

    private readonly string _text;

    private TargetPattern(string text, TargetKind kind, string backend, string name)
    {
        _text = text;
        Kind = kind;
        Backend = backend;
        Name = name;
    }

    public TargetKind Kind { get; }

    /// <summary>The pattern of backends' ids.</summary>
    public string Backend { get; }

    /// <summary>The pattern of names or URIs.</summary>
    public string Name { get; }

    /// <summary>Whether it speaks of one target only.</summary>
    public bool IsLiteral => Glob.IsLiteralText(Backend) && Glob.IsLiteralText(Name);

    /// <exception cref="FormatException">The text is no pattern; the message says what to write instead.</exception>
    public static TargetPattern Parse(string s, IFormatProvider? provider)
    {
        var kind = TargetKind.Tool;
        var target = s.AsSpan();
        var colon = s.IndexOf(':', StringComparison.Ordinal);
        var slash = s.IndexOf('/', StringComparison.Ordinal);
        if (colon >= 0 && (slash < 0 || colon < slash))
        {
            var known = Array.Find(Kinds, k => s.StartsWith(k.Prefix, StringComparison.Ordinal));
            if (known.Prefix is null)
            {
                throw new FormatException(
                    $"'{s[..colon]}:' is no kind of target; write tool:, prompt: or resource: before backend/name.");
            }

            kind = known.Kind;
            target = target[known.Prefix.Length..];
            slash = target.IndexOf('/');
        }

        if (target is "*")
        {
            return new TargetPattern(s, kind, "*", "*");
        }

        if (slash <= 0 || slash == target.Length - 1)
        {
            throw new FormatException(
                $"'{s}' is no tool pattern; write backend/tool, for example github/search_*, or * for every tool.");
        }

        return new TargetPattern(s, kind, target[..slash].ToString(), target[(slash + 1)..].ToString());
    }

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out TargetPattern result)
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
    public bool Matches(string backend, string name) =>
        new Glob(Backend).Matches(backend) && new Glob(Name).Matches(name);

    /// <summary>In any case, so that no spelling escapes a rule that forbids: how <c>Deny</c> matches.</summary>
    public bool MatchesFolded(string backend, string name) =>
        new Glob(Backend).MatchesFolded(backend) && new Glob(Name).MatchesFolded(name);

    /// <summary>Whether, in any case, it matches all that another pattern matches. For warnings: it may miss some.
    /// </summary>
    public bool Covers(TargetPattern other) =>
        Kind == other.Kind && Covers(Backend, other.Backend) && Covers(Name, other.Name);

    // Held against two texts that the other pattern matches and that nobody writes into a pattern: where both match,
    // its stars must have met stars of ours.
    private static bool Covers(string pattern, string other) =>
        Array.TrueForAll(["", new string('\uFFFF', 64)], run =>
            new Glob(pattern).MatchesFolded(
                other.Replace("*", run, StringComparison.Ordinal).Replace('?', '\uFFFF')));

    public override string ToString() => _text;
}
