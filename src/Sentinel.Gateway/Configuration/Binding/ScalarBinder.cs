using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using Sentinel.Gateway.Configuration.Json;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Configuration.Binding;

/// <summary>Binds texts, numbers, booleans and what is parsed from a text.</summary>
internal sealed class ScalarBinder(FaultCollector faults)
{
    private static readonly MethodInfo ParseMethod =
        typeof(ScalarBinder).GetMethod(nameof(Parse), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>The value, or null after a fault.</summary>
    /// <param name="node">What was written.</param>
    /// <param name="value">What the property takes.</param>
    /// <param name="key">The key whose attributes apply; null for an item of a list or map.</param>
    /// <param name="name">The nearest key's name: decides whether the value may be shown.</param>
    public object? Bind(SourceScalar node, ValueShape value, KeyShape? key, string name)
    {
        if (!IsWrittenAs(node.Type, value.Kind))
        {
            faults.Add(node.Place, $"this is {node.Kind}; write {value.Expected}");
            return null;
        }

        return value.Kind switch
        {
            ShapeKind.Boolean => BindBoolean(node, value, name),
            ShapeKind.WholeNumber => BindNumber(node, value, key, name),
            ShapeKind.Choice => BindChoice(node, value, name),
            ShapeKind.Time => BindTime(node, value, name),
            ShapeKind.Parsed => BindParsed(node, value, name),
            ShapeKind.AnyScalar => BindAny(node),
            _ => BindText(node, key, name),
        };
    }

    private static bool IsWrittenAs(ScalarType written, ShapeKind kind) => written switch
    {
        ScalarType.Variable => true,
        _ when kind == ShapeKind.AnyScalar => true,
        ScalarType.Boolean => kind == ShapeKind.Boolean,
        ScalarType.Number => kind == ShapeKind.WholeNumber,
        ScalarType.Text => kind is not (ShapeKind.Boolean or ShapeKind.WholeNumber),
        _ => false,
    };

    private object? BindBoolean(SourceScalar node, ValueShape value, string name)
    {
        // A variable may say True or TRUE, as .NET's own configuration takes it; the file has JSON's literals only.
        return bool.TryParse(node.Text, out var parsed) ? parsed : Refuse(node, name, value);
    }

    private object? BindNumber(SourceScalar node, ValueShape value, KeyShape? key, string name)
    {
        if (!BigInteger.TryParse(
                node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return Refuse(node, name, value);
        }

        var (min, max) = key?.Range is { } range
            ? (Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture),
                Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture))
            : value.Type == typeof(int) ? (int.MinValue, int.MaxValue) : (long.MinValue, long.MaxValue);
        if (number < min || number > max)
        {
            faults.Add(node.Place, string.Create(
                CultureInfo.InvariantCulture,
                $"{FaultText.Show(name, node.Text)} is out of range; write a number from {min} to {max}"));
            return null;
        }

        return value.Type == typeof(int) ? (int)number : (object)(long)number;
    }

    private object? BindChoice(SourceScalar node, ValueShape value, string name)
    {
        if (Enum.GetNames(value.Type).Contains(node.Text, StringComparer.Ordinal))
        {
            return Enum.Parse(value.Type, node.Text);
        }

        return Refuse(node, name, value);
    }

    private object? BindTime(SourceScalar node, ValueShape value, string name)
    {
        // K also takes a time without offset, which would mean another moment on every machine.
        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        var hasOffset = node.Text.EndsWith('Z') || node.Text.LastIndexOfAny(['+', '-']) > node.Text.IndexOf('T');
        return hasOffset && DateTimeOffset.TryParseExact(
            node.Text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : Refuse(node, name, value);
    }

    private object? BindParsed(SourceScalar node, ValueShape value, string name)
    {
        try
        {
            return ParseMethod.MakeGenericMethod(value.Type).CreateDelegate<Func<string, object>>()(node.Text);
        }
        catch (FormatException e)
        {
            faults.Add(
                node.Place,
                FaultText.LooksSecret(name) ? "the value cannot be read" : e.Message.TrimEnd('.'));
            return null;
        }
    }

    private static ArgumentValue BindAny(SourceScalar node) => node.Type switch
    {
        ScalarType.Text or ScalarType.Variable => new ArgumentValue(JsonValueKind.String, node.Text),
        ScalarType.Number => new ArgumentValue(JsonValueKind.Number, node.Text),
        ScalarType.Null => new ArgumentValue(JsonValueKind.Null, ""),
        _ => new ArgumentValue(node.Text == "true" ? JsonValueKind.True : JsonValueKind.False, ""),
    };

    private string? BindText(SourceScalar node, KeyShape? key, string name)
    {
        if (key is { IsRequired: true } && string.IsNullOrWhiteSpace(node.Text))
        {
            faults.Add(node.Place, $"{name} is empty; {key.Pattern?.ErrorMessage ?? "write a text"}");
            return null;
        }

        if (key?.Pattern is { } pattern && !pattern.IsValid(node.Text))
        {
            faults.Add(node.Place, $"{FaultText.Show(name, node.Text)} cannot be used; {pattern.ErrorMessage}");
            return null;
        }

        return node.Text;
    }

    private object? Refuse(SourceScalar node, string name, ValueShape value)
    {
        faults.Add(node.Place, $"{FaultText.Show(name, node.Text)} is not allowed here; write {value.Expected}");
        return null;
    }

    private static object Parse<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);
}
