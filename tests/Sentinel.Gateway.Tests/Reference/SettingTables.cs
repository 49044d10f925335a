using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Binding;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>The tables of docs/proxy-json.md, from the very shapes that the reader binds by.</summary>
/// <remarks>A table stands between <c>&lt;!-- generated: PATH --&gt;</c> and <c>&lt;!-- end --&gt;</c>.</remarks>
internal sealed partial class SettingTables
{
    private const string Root = "Sentinel";

    private readonly HashSet<string> _named = new(StringComparer.Ordinal);

    /// <summary>The page with every table made anew.</summary>
    public string Fill(string page) => Table().Replace(page, match =>
    {
        var path = match.Groups["path"].Value;
        return $"<!-- generated: {path} -->\n{TableOf(path)}<!-- end -->";
    });

    /// <summary>Keys that no table of the filled page has.</summary>
    public IReadOnlyList<string> Missing()
    {
        var all = new List<string>();
        Collect(typeof(SentinelOptions), Root, all);
        return [.. all.Where(key => !_named.Contains(key))];
    }

    private string TableOf(string path)
    {
        var (type, actsAtStart) = Find(path);
        var text = new StringBuilder();
        if (actsAtStart)
        {
            text.Append("\nActs at start: a change waits for the next one.\n");
        }

        text.Append("\n| key | type | default | meaning |\n|---|---|---|---|\n");
        AddRows(text, type, path, "");
        return text.Append('\n').ToString();
    }

    private void AddRows(StringBuilder text, Type type, string path, string prefix)
    {
        var defaults = Activator.CreateInstance(type)!;
        foreach (var key in RecordShape.Of(type).Keys)
        {
            var below = Below(key.Value);
            if (path == Root && below is not null)
            {
                // A section: it has a table of its own.
                _named.Add($"{path}.{key.Name}");
                continue;
            }

            var name = prefix + key.Name;
            var keyPath = $"{path}.{name}";
            _named.Add(keyPath);
            if (key.Value.Kind != ShapeKind.Record || key.IsNullable)
            {
                text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {SettingWords.OfType(key)} | ");
                text.Append(CultureInfo.InvariantCulture, $"{DefaultOf(key, defaults)} | {Meaning(key, keyPath)} |\n");
            }

            if (below is { } nested)
            {
                AddRows(text, nested.Type, path, name + nested.Suffix + ".");
            }
        }
    }

    private static string Meaning(KeyShape key, string path)
    {
        var description = key.Description
            ?? throw new InvalidOperationException($"{path} has no Description: readers of the page need one.");
        return SettingWords.OnPage(description)
            + (key.IsWrittenAlone ? " May be written alone, in place of the object." : "")
            + (key.ActsAtStart ? " Acts at start." : "");
    }

    private static string DefaultOf(KeyShape key, object defaults) => key.Property.GetValue(defaults) switch
    {
        null or "" when key.IsRequired => "required",
        IList { Count: 0 } when key.IsRequired => "required",
        null => "absent",
        bool value => value ? "true" : "false",
        string value => value.Length == 0 ? "`\"\"`" : $"`{value}`",
        Enum value => $"`{value}`",
        IDictionary or { } when key.Value.Kind == ShapeKind.Map => "`{}`",
        IEnumerable items => $"`[{string.Join(", ", items.Cast<object>().Select(item => $"\"{item}\""))}]`",
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        var value => throw new NotSupportedException($"The page cannot show {value} as a default."),
    };

    /// <summary>The record that stands below a key, and how a path gets there.</summary>
    private static (Type Type, string Suffix)? Below(ValueShape value) => value.Kind switch
    {
        ShapeKind.Record => (value.Type, ""),
        ShapeKind.List when ValueShape.Of(value.Element!).Kind == ShapeKind.Record => (value.Element!, "[]"),
        ShapeKind.Map when ValueShape.Of(value.Element!).Kind == ShapeKind.Record => (value.Element!, ".*"),
        _ => null,
    };

    // Rules and conditions as well: they are objects with keys, although a text may stand for them.
    private static (Type Type, string Suffix)? WithinUnion(ValueShape value) => value.Kind switch
    {
        ShapeKind.Union => (value.Type, ""),
        ShapeKind.List when ValueShape.Of(value.Element!).Kind == ShapeKind.Union => (value.Element!, "[]"),
        ShapeKind.Map when ValueShape.Of(value.Element!).Kind == ShapeKind.Union => (value.Element!, ".*"),
        _ => Below(value),
    };

    private static (Type Type, bool ActsAtStart) Find(string path)
    {
        var type = typeof(SentinelOptions);
        var actsAtStart = false;
        foreach (var part in path.Split('.').Skip(1).Where(part => part != "*"))
        {
            var name = part.Replace("[]", "", StringComparison.Ordinal);
            var key = RecordShape.Of(type).Find(name)
                ?? throw new InvalidOperationException($"The page has a table for {path}, and {name} is no key.");
            type = WithinUnion(key.Value)!.Value.Type;
            actsAtStart = key.ActsAtStart;
        }

        return (type, actsAtStart);
    }

    private static void Collect(Type type, string path, List<string> into)
    {
        foreach (var key in RecordShape.Of(type).Keys)
        {
            var keyPath = $"{path}.{key.Name}";
            into.Add(keyPath);
            if (WithinUnion(key.Value) is { } nested)
            {
                // What Deny holds is what Allow holds.
                if (key.Name != "Deny")
                {
                    Collect(nested.Type, keyPath + nested.Suffix, into);
                }
            }
        }
    }

    [GeneratedRegex(
        "<!-- generated: (?<path>[A-Za-z.*\\[\\]]+) -->.*?<!-- end -->",
        RegexOptions.Singleline | RegexOptions.CultureInvariant,
        10_000)]
    private static partial Regex Table();
}
