using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>One list of rules, indexed by kind, backend and name.</summary>
internal sealed class RuleSet
{
    private readonly PatternMap<PatternMap<Rule>>?[] _kinds = new PatternMap<PatternMap<Rule>>?[3];
    private readonly HashSet<TargetKind> _refused;
    private readonly bool _forbids;

    /// <param name="rules">The rules and their patterns.</param>
    /// <param name="forbids">Whether it matches in any case and every form, rather than exactly.</param>
    public RuleSet(IReadOnlyList<(TargetPattern Pattern, Rule Rule)> rules, bool forbids)
    {
        _forbids = forbids;
        _refused = rules.Where(rule => !rule.Rule.IsShadow).Select(rule => rule.Pattern.Kind).ToHashSet();
        HasArguments = rules.Any(rule => rule.Rule.Arguments is not null);
        foreach (var kind in rules.GroupBy(rule => rule.Pattern.Kind))
        {
            _kinds[(int)kind.Key] = new(kind
                .GroupBy(rule => Spell(rule.Pattern.Backend), StringComparer.Ordinal)
                .Select(backend => (backend.Key, new PatternMap<Rule>(
                    backend.SelectMany(rule => Names(rule.Pattern).Select(name => (name, rule.Rule)))))));
        }
    }

    /// <summary>Whether some rule looks at arguments.</summary>
    public bool HasArguments { get; }

    /// <summary>Whether some rule speaks of the kind.</summary>
    public bool Has(TargetKind kind) => _kinds[(int)kind] is not null;

    /// <summary>Whether some rule that is not on trial speaks of the kind.</summary>
    public bool Refuses(TargetKind kind) => _refused.Contains(kind);

    /// <summary>Holds every matching rule against the search.</summary>
    /// <param name="kind">What is used.</param>
    /// <param name="backend">The backend's id, folded where this forbids.</param>
    /// <param name="name">The name, folded where this forbids; a URI in one of its forms.</param>
    /// <param name="search">What is looked for.</param>
    public void Search(
        TargetKind kind,
        scoped ReadOnlySpan<char> backend,
        scoped ReadOnlySpan<char> name,
        ref RuleSearch search)
    {
        if (_kinds[(int)kind] is not { } backends)
        {
            return;
        }

        foreach (var names in backends.Matching(backend))
        {
            foreach (var rule in names.Matching(name))
            {
                if (_forbids)
                {
                    search.TakeForbidding(rule);
                }
                else if (rule.Uri?.Matches(name) != false)
                {
                    search.TakeGranting(rule);
                }
            }
        }
    }

    /// <summary>Whether a rule of the kind that suits speaks of the backend.</summary>
    public bool Speaks(TargetKind kind, ReadOnlySpan<char> backend)
    {
        if (_kinds[(int)kind] is not { } backends)
        {
            return false;
        }

        foreach (var _ in backends.Matching(backend))
        {
            return true;
        }

        return false;
    }

    private string Spell(string pattern) => _forbids ? string.Concat(pattern.Select(Folding.Fold)) : pattern;

    private IEnumerable<string> Names(TargetPattern pattern) => (pattern.Kind, _forbids) switch
    {
        (TargetKind.Resource, true) => ResourceForms.OfPattern(pattern.Name),
        (TargetKind.Resource, false) => [ResourceUri.NormalizePattern(pattern.Name)],
        _ => [Spell(pattern.Name)],
    };
}
