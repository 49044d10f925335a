using System.Globalization;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Configuration.Binding;

/// <summary>What JSON a CLR type is written as.</summary>
internal enum ShapeKind
{
    Boolean,
    WholeNumber,
    Text,
    Choice,
    Time,
    Parsed,
    AnyScalar,
    Union,
    List,
    Map,
    Record,
}

/// <summary>How a type is written in proxy.json, and what it is made of.</summary>
/// <param name="Type">The type, without Nullable.</param>
/// <param name="Kind">What JSON it is written as.</param>
/// <param name="Element">What a list or map holds.</param>
internal sealed record ValueShape(Type Type, ShapeKind Kind, Type? Element = null)
{
    public bool IsScalar => Kind is not (ShapeKind.List or ShapeKind.Map or ShapeKind.Record);

    /// <summary>What to write, for faults.</summary>
    public string Expected => Kind switch
    {
        ShapeKind.Boolean => "true or false",
        ShapeKind.WholeNumber => "a whole number",
        ShapeKind.Choice => "one of " + string.Join(", ", Enum.GetNames(Type)),
        ShapeKind.Time => "a time with its offset, for example \"2027-01-01T00:00:00Z\"",
        ShapeKind.AnyScalar => "a text, a number, true, false or null",
        ShapeKind.Union => $"{AloneKey.Value.Expected}, or an object: {{ … }}",
        ShapeKind.List => "a list: [ … ]",
        ShapeKind.Map or ShapeKind.Record => "an object: { … }",
        _ => "a text in quotes",
    };

    /// <summary>Of a union, the key that may be written in place of the whole.</summary>
    public KeyShape AloneKey => RecordShape.Of(Type).Keys.First(key => key.IsWrittenAlone);

    public static ValueShape Of(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type.IsEnum)
        {
            return new(type, ShapeKind.Choice);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return new(type, ShapeKind.List, type.GetGenericArguments()[0]);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>)
            && type.GetGenericArguments()[0] == typeof(string))
        {
            return new(type, ShapeKind.Map, type.GetGenericArguments()[1]);
        }

        return new(type, KindOf(type));
    }

    private static ShapeKind KindOf(Type type)
    {
        if (type == typeof(bool))
        {
            return ShapeKind.Boolean;
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return ShapeKind.WholeNumber;
        }

        if (type == typeof(string))
        {
            return ShapeKind.Text;
        }

        if (type == typeof(DateTimeOffset))
        {
            return ShapeKind.Time;
        }

        if (type == typeof(ArgumentValue))
        {
            return ShapeKind.AnyScalar;
        }

        if (Array.Exists(type.GetProperties(), KeyShape.IsAlone))
        {
            return ShapeKind.Union;
        }

        if (Array.Exists(type.GetInterfaces(), i => i == ParsableOf(type)))
        {
            return ShapeKind.Parsed;
        }

        return type is { IsClass: true, IsAbstract: false } && type.GetConstructor(Type.EmptyTypes) is not null
            ? ShapeKind.Record
            : throw new NotSupportedException(
                string.Create(CultureInfo.InvariantCulture, $"proxy.json has no way to write a {type}."));
    }

    // IParsable constrains its own argument, so that MakeGenericType throws for a type that is none.
    private static Type? ParsableOf(Type type)
    {
        try
        {
            return typeof(IParsable<>).MakeGenericType(type);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
