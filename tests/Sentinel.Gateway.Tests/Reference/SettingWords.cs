using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Audit.Redaction;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Binding;
using Sentinel.Gateway.Configuration.Edge;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>What kinds of values are called on the page.</summary>
internal static partial class SettingWords
{
    // What the reader parses from a text, and what stands for more than one kind of JSON.
    private static readonly Dictionary<Type, (string One, string Many)> Named = new()
    {
        [typeof(HttpOrigin)] = ("origin", "origins"),
        [typeof(CollectorUrl)] = ("http(s) URL", "http(s) URLs"),
        [typeof(TrustedNetwork)] = ("address or network", "addresses and networks"),
        [typeof(HostPattern)] = ("host", "hosts"),
        [typeof(OriginPattern)] = ("origin", "origins"),
        [typeof(TargetPattern)] = ("pattern", "patterns"),
        [typeof(RedactPath)] = ("path", "paths"),
        [typeof(AnchoredRegex)] = ("regular expression", "regular expressions"),
        [typeof(AccessRule)] = ("rule", "rules"),
        [typeof(ArgumentRule)] = ("condition", "conditions"),
    };

    /// <summary>The kind of a value, with its range where it has one.</summary>
    public static string OfType(KeyShape key) => key.Value.Kind switch
    {
        ShapeKind.Map => $"object: name → {One(ValueShape.Of(key.Value.Element!))}{RangeOf(key)}",
        ShapeKind.Text when key.Pattern?.Pattern.StartsWith("https?://", StringComparison.Ordinal) == true =>
            "http(s) URL",
        _ => One(key.Value) + RangeOf(key),
    };

    private static string RangeOf(KeyShape key) => key.Range is { } range
        ? string.Create(CultureInfo.InvariantCulture, $", {range.Minimum} to {range.Maximum}")
        : "";

    private static string One(ValueShape value) => value.Kind switch
    {
        ShapeKind.Boolean => "true, false",
        ShapeKind.WholeNumber => "whole number",
        ShapeKind.Text => "text",
        ShapeKind.Choice => string.Join(", ", Enum.GetNames(value.Type).Select(name => $"`{name}`")),
        ShapeKind.Time => "time with its offset",
        ShapeKind.AnyScalar => "value",
        ShapeKind.Record => "object",
        ShapeKind.List => "list of " + Many(ValueShape.Of(value.Element!)),
        ShapeKind.Map => "object: name → " + One(ValueShape.Of(value.Element!)),
        _ => WordsOf(value.Type).One,
    };

    private static string Many(ValueShape value) => value.Kind switch
    {
        ShapeKind.Text => "texts",
        ShapeKind.AnyScalar => "values",
        ShapeKind.Record => "objects",
        ShapeKind.Parsed or ShapeKind.Union => WordsOf(value.Type).Many,
        _ => One(value),
    };

    private static (string One, string Many) WordsOf(Type type) => Named.TryGetValue(type, out var words)
        ? words
        : throw new NotSupportedException($"The page has no word for {type}; give it one in {nameof(SettingWords)}.");

    /// <summary>A description on the page: other pages that it names are links.</summary>
    public static string OnPage(string description) =>
        PageName().Replace(description, "[$0]($0)").Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>A description in an editor, which shows it as it stands.</summary>
    public static string InEditor(string description) => description
        .Replace("`", "", StringComparison.Ordinal)
        .Replace(".md#", ".md, ", StringComparison.Ordinal);

    [GeneratedRegex("[a-z][a-z-]*\\.md(?:#[a-z0-9-]+)?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PageName();
}
