namespace Sentinel.Gateway.Configuration.Json;

/// <summary>One value of proxy.json and where it stands.</summary>
/// <remarks>The tree belongs to one reading: environment overrides change it before anything is bound.</remarks>
internal abstract class SourceNode(NodePlace place)
{
    public NodePlace Place => place;

    public string Path => place.Path;

    /// <summary>What the value is, as a fault names it.</summary>
    public abstract string Kind { get; }

    public bool IsNull => this is SourceScalar { Type: ScalarType.Null };
}

/// <summary>An object, its members in the order of the file.</summary>
internal sealed class SourceObject(NodePlace place) : SourceNode(place)
{
    private readonly List<KeyValuePair<string, SourceNode>> _members = [];

    public override string Kind => "an object";

    public IReadOnlyList<KeyValuePair<string, SourceNode>> Members => _members;

    public SourceNode? Find(string key, StringComparison comparison = StringComparison.Ordinal)
    {
        var at = IndexOf(key, comparison);
        return at < 0 ? null : _members[at].Value;
    }

    /// <summary>The key as the file spells it.</summary>
    public string? FindKey(string key, StringComparison comparison)
    {
        var at = IndexOf(key, comparison);
        return at < 0 ? null : _members[at].Key;
    }

    public void Set(string key, SourceNode value)
    {
        var at = IndexOf(key, StringComparison.Ordinal);
        if (at < 0)
        {
            _members.Add(new(key, value));
        }
        else
        {
            _members[at] = new(key, value);
        }
    }

    private int IndexOf(string key, StringComparison comparison) =>
        _members.FindIndex(member => string.Equals(member.Key, key, comparison));
}

/// <summary>A list.</summary>
internal sealed class SourceArray(NodePlace place) : SourceNode(place)
{
    private readonly List<SourceNode> _items = [];

    public override string Kind => "a list";

    public IReadOnlyList<SourceNode> Items => _items;

    public void Set(int index, SourceNode value)
    {
        if (index == _items.Count)
        {
            _items.Add(value);
        }
        else
        {
            _items[index] = value;
        }
    }
}

/// <summary>A text, number, boolean or null. Numbers keep their spelling.</summary>
internal sealed class SourceScalar(NodePlace place, ScalarType type, string text) : SourceNode(place)
{
    public ScalarType Type => type;

    public string Text => text;

    public override string Kind => type switch
    {
        ScalarType.Text => "a text",
        ScalarType.Number => "a number",
        ScalarType.Boolean => "a boolean",
        ScalarType.Null => "null",
        _ => "a variable's text",
    };
}

/// <summary>How a scalar was written. A variable's text is read as its property demands.</summary>
internal enum ScalarType
{
    Text,
    Number,
    Boolean,
    Null,
    Variable,
}
