using System.Buffers;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Rbac;

/// <summary>A target as rules are held against it: exactly, and in all the forms that a rule which forbids knows.
/// </summary>
internal readonly ref struct Target
{
    private readonly string _backend;
    private readonly string? _name;
    private readonly IReadOnlyList<string>? _forms;
    private readonly char[]? _rented;
    private readonly ReadOnlySpan<char> _foldedBackend;
    private readonly ReadOnlySpan<char> _foldedName;
    private readonly TargetKind _kind;

    /// <param name="backend">The backend's id.</param>
    /// <param name="kind">What is used.</param>
    /// <param name="name">Its name or URI.</param>
    /// <param name="scratch">Room that lives as long as the target.</param>
    public Target(string backend, TargetKind kind, string name, Span<char> scratch)
    {
        _backend = backend;
        _kind = kind;
        _forms = kind == TargetKind.Resource ? ResourceForms.Of(name) : null;
        _name = kind == TargetKind.Resource ? ResourceUri.Normalize(name) : name;
        var chars = backend.Length + (_forms is null ? name.Length : 0);
        _rented = chars > scratch.Length ? ArrayPool<char>.Shared.Rent(chars) : null;
        var room = _rented ?? scratch;
        _foldedBackend = Fold(backend, room);
        _foldedName = _forms is null ? Fold(name, room[backend.Length..]) : default;
    }

    /// <summary>Whether rules that grant can match it at all.</summary>
    public bool IsSafe => _name is not null;

    public static void SearchForbidding(scoped Target target, RuleSet rules, ref RuleSearch search)
    {
        if (target._forms is null)
        {
            rules.Search(target._kind, target._foldedBackend, target._foldedName, ref search);
            return;
        }

        for (var i = 0; i < target._forms.Count; i++)
        {
            rules.Search(target._kind, target._foldedBackend, target._forms[i], ref search);
        }
    }

    public static void SearchGranting(scoped Target target, RuleSet rules, ref RuleSearch search) =>
        rules.Search(target._kind, target._backend, target._name, ref search);

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<char>.Shared.Return(_rented);
        }
    }

    private static ReadOnlySpan<char> Fold(ReadOnlySpan<char> text, Span<char> room)
    {
        for (var i = 0; i < text.Length; i++)
        {
            room[i] = Folding.Fold(text[i]);
        }

        return room[..text.Length];
    }
}
