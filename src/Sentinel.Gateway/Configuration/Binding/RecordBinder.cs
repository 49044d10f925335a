using System.Collections;
using System.Collections.ObjectModel;
using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration.Binding;

/// <summary>Binds nodes to immutable records by property names, and goes on after every fault.</summary>
/// <remarks>Reflection: it runs at start and on reload, never for a request.</remarks>
internal sealed class RecordBinder(FaultCollector faults)
{
    private readonly ScalarBinder _scalars = new(faults);

    /// <summary>The record. A faulty key keeps its default, so that later checks find a whole tree.</summary>
    public T Bind<T>(SourceNode node)
        where T : class, new() =>
        (T?)BindValue(node, ValueShape.Of(typeof(T)), null, typeof(T).Name) ?? new T();

    private object? BindValue(SourceNode node, ValueShape value, KeyShape? key, string name)
    {
        return (value.Kind, node) switch
        {
            (ShapeKind.Record or ShapeKind.Union, SourceObject record) => BindRecord(record, value.Type),
            (ShapeKind.Union, _) => BindAlone(node, value, name),
            (ShapeKind.List, SourceArray list) => BindList(list, value.Element!, name),
            (ShapeKind.Map, SourceObject map) => BindMap(map, value.Element!),
            (_, SourceScalar scalar) when value.IsScalar => _scalars.Bind(scalar, value, key, name),
            _ => Refuse(node, value),
        };
    }

    private object BindRecord(SourceObject node, Type type)
    {
        var record = Activator.CreateInstance(type)!;
        var keys = RecordShape.Of(type);
        foreach (var (name, value) in node.Members)
        {
            if (keys.Find(name) is { } key)
            {
                BindKey(record, key, value);
            }
            else if (!faults.HasAt(value.Path))
            {
                faults.Add(value.Place, DescribeUnknown(name, keys));
            }
        }

        foreach (var key in keys.Keys)
        {
            if (key.IsRequired && node.Find(key.Name) is null && key.Property.GetValue(record) is null or "")
            {
                var remedy = key.Pattern?.ErrorMessage ?? $"write {key.Value.Expected}";
                faults.Add(node.Place, $"the key {key.Name} is missing; {remedy}");
            }
        }

        return record;
    }

    /// <summary>Why a key is refused: it is written in another case, or a slip.</summary>
    public static string DescribeUnknown(string name, RecordShape keys) =>
        Suggestion.ForUnknownKey(name, [.. keys.Keys.Select(key => key.Name)]);

    private void BindKey(object record, KeyShape key, SourceNode node)
    {
        if (node.IsNull)
        {
            if (key.IsNullable)
            {
                key.Property.SetValue(record, null);
            }
            else
            {
                faults.Add(node.Place, $"null is not allowed here; leave the key out or write {key.Value.Expected}");
            }

            return;
        }

        if (BindValue(node, key.Value, key, key.Name) is { } value)
        {
            key.Property.SetValue(record, value);
        }
    }

    private object BindList(SourceArray node, Type element, string name)
    {
        var value = ValueShape.Of(element);
        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        foreach (var item in node.Items)
        {
            if (BindValue(item, value, null, name) is { } bound)
            {
                items.Add(bound);
            }
        }

        return Activator.CreateInstance(typeof(ReadOnlyCollection<>).MakeGenericType(element), items)!;
    }

    private object BindMap(SourceObject node, Type element)
    {
        var value = ValueShape.Of(element);
        var entries = (IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), element),
            StringComparer.Ordinal)!;
        foreach (var (name, item) in node.Members)
        {
            var bound = BindValue(item, value, null, name);
            // A faulty entry stays known under its name: what refers to it is not at fault as well.
            bound ??= value.Kind == ShapeKind.Record ? Activator.CreateInstance(element) : null;
            if (bound is not null)
            {
                entries.Add(name, bound);
            }
        }

        return Activator.CreateInstance(
            typeof(ReadOnlyDictionary<,>).MakeGenericType(typeof(string), element), entries)!;
    }

    // A value in place of the record stands for one of its keys.
    private object? BindAlone(SourceNode node, ValueShape value, string name)
    {
        var key = value.AloneKey;
        var isOneOfList = key.Value.Kind == ShapeKind.List && node is SourceScalar;
        var written = isOneOfList ? ValueShape.Of(key.Value.Element!) : key.Value;
        if (node is not SourceScalar && (node is not SourceArray || key.Value.Kind != ShapeKind.List))
        {
            return Refuse(node, value);
        }

        if (BindValue(node, written, key, name) is not { } bound)
        {
            return null;
        }

        if (isOneOfList)
        {
            var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(written.Type))!;
            items.Add(bound);
            bound = items;
        }

        var record = Activator.CreateInstance(value.Type)!;
        key.Property.SetValue(record, bound);
        return record;
    }

    private object? Refuse(SourceNode node, ValueShape value)
    {
        faults.Add(node.Place, $"this is {node.Kind}; write {value.Expected}");
        return null;
    }
}
