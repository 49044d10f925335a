using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Configuration.Binding;

/// <summary>One key of a record, with everything its attributes say.</summary>
internal sealed record KeyShape(PropertyInfo Property, ValueShape Value, bool IsNullable)
{
    public string Name => Property.Name;

    public string? Description => Property.GetCustomAttribute<DescriptionAttribute>()?.Description;

    public RangeAttribute? Range => Property.GetCustomAttribute<RangeAttribute>();

    public bool IsRequired => Property.GetCustomAttribute<RequiredAttribute>() is not null;

    public bool ActsAtStart => Property.GetCustomAttribute<ActsAtStartAttribute>() is not null;

    public bool IsWrittenAlone => IsAlone(Property);

    public RegularExpressionAttribute? Pattern => Property.GetCustomAttribute<RegularExpressionAttribute>();

    public static bool IsAlone(PropertyInfo property) =>
        property.GetCustomAttribute<WrittenAloneAttribute>() is not null;
}

/// <summary>The keys of a record type: its public properties.</summary>
internal sealed class RecordShape
{
    private static readonly ConcurrentDictionary<Type, RecordShape> Known = new();

    private RecordShape(Type type)
    {
        // The context caches without locking, so that it cannot be shared.
        var nullability = new NullabilityInfoContext();
        Keys =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.SetMethod is not null)
                .OrderBy(property => property.MetadataToken)
                .Select(property => new KeyShape(
                    property,
                    ValueShape.Of(property.PropertyType),
                    nullability.Create(property).WriteState == NullabilityState.Nullable)),
        ];
    }

    public IReadOnlyList<KeyShape> Keys { get; }

    public static RecordShape Of(Type type) => Known.GetOrAdd(type, static t => new RecordShape(t));

    public KeyShape? Find(string name, StringComparison comparison = StringComparison.Ordinal) =>
        Keys.FirstOrDefault(key => string.Equals(key.Name, name, comparison));
}
