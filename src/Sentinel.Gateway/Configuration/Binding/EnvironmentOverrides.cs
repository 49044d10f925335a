using System.Globalization;
using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration.Binding;

/// <summary>Lays <c>Sentinel__Audit__Store=Sqlite</c> over the file, before it is bound.</summary>
/// <remarks>Names are matched ignoring case, as .NET does; the file stays case-sensitive.</remarks>
internal sealed class EnvironmentOverrides(FaultCollector faults)
{
    private const string Prefix = "Sentinel__";
    private const string Separator = "__";

    public void Apply(SourceObject section, Type type, IReadOnlyDictionary<string, string> environment)
    {
        var groups = environment
            .Where(variable => variable.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .GroupBy(variable => variable.Key, StringComparer.OrdinalIgnoreCase)
            .OrderBy(group => SortKey(group.Key), StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var names = group.Select(variable => variable.Key).Order(StringComparer.Ordinal).ToList();
            if (names.Count > 1)
            {
                faults.Add(
                    new NodePlace(section.Path, Variable: names[1]),
                    $"the variable differs only in case from {names[0]}; unset one");
                continue;
            }

            new Walk(faults, names[0], group.First().Value).Go(section, type);
        }
    }

    // Item 2 has to be there before item 10 follows it; culture-aware numeric ordering is absent in invariant mode.
    private static string SortKey(string variable) =>
        string.Join(Separator, variable.ToUpperInvariant().Split(Separator).Select(segment =>
            segment.All(char.IsAsciiDigit) ? segment.PadLeft(10, '0') : segment));

    private sealed class Walk(FaultCollector faults, string variable, string text)
    {
        private readonly string[] _segments = variable[Prefix.Length..].Split(Separator);

        public void Go(SourceObject section, Type type)
        {
            SourceNode node = section;
            var value = ValueShape.Of(type);
            for (var i = 0; i < _segments.Length; i++)
            {
                if (Step(node, value, _segments[i]) is not { } step)
                {
                    return;
                }

                if (i == _segments.Length - 1)
                {
                    Put(step);
                    return;
                }

                if (Descend(step) is not { } child)
                {
                    return;
                }

                (node, value) = (child, step.Value);
            }
        }

        private Target? Step(SourceNode node, ValueShape value, string segment) => (value.Kind, node) switch
        {
            (ShapeKind.Record, SourceObject record) => StepIntoRecord(record, value, segment),
            (ShapeKind.Map, SourceObject map) => StepIntoMap(map, value, segment),
            (ShapeKind.List, SourceArray list) => StepIntoList(list, value, segment),
            _ => null,
        };

        private Target? StepIntoRecord(SourceObject node, ValueShape value, string segment)
        {
            var keys = RecordShape.Of(value.Type);
            if (keys.Find(segment, StringComparison.OrdinalIgnoreCase) is not { } key)
            {
                var problem = RecordBinder.DescribeUnknown(segment, keys);
                return Refuse(JsonPath.Member(node.Path, segment), problem);
            }

            return new(
                JsonPath.Member(node.Path, key.Name), key.Value, node.Find(key.Name), n => node.Set(key.Name, n));
        }

        private Target? StepIntoMap(SourceObject node, ValueShape value, string segment)
        {
            if (segment.Length == 0)
            {
                return Refuse(node.Path, "the variable's name has an empty part; write one name between two '__'");
            }

            var name = node.FindKey(segment, StringComparison.OrdinalIgnoreCase) ?? segment;
            return new(
                JsonPath.Member(node.Path, name),
                ValueShape.Of(value.Element!),
                node.Find(name),
                n => node.Set(name, n));
        }

        private Target? StepIntoList(SourceArray node, ValueShape value, string segment)
        {
            if (!int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                || index > node.Items.Count)
            {
                return Refuse(node.Path, string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{segment}' is no item of this list; write a number from 0 to {node.Items.Count}"));
            }

            return new(
                JsonPath.Item(node.Path, index),
                ValueShape.Of(value.Element!),
                index < node.Items.Count ? node.Items[index] : null,
                n => node.Set(index, n));
        }

        private void Put(Target target)
        {
            if (!target.Value.IsScalar)
            {
                Refuse(target.Path, "a variable sets one scalar; add '__' and the key or index below this one");
                return;
            }

            target.Set(new SourceScalar(Remember(target.Path), ScalarType.Variable, text));
        }

        private SourceNode? Descend(Target target)
        {
            if (target.Value.IsScalar)
            {
                Refuse(target.Path, "there is nothing below this key; shorten the variable's name");
                return null;
            }

            if (target.Existing is { IsNull: false } existing)
            {
                return existing;
            }

            SourceNode child = target.Value.Kind == ShapeKind.List
                ? new SourceArray(Remember(target.Path))
                : new SourceObject(Remember(target.Path));
            target.Set(child);
            return child;
        }

        private NodePlace Remember(string path)
        {
            var place = new NodePlace(path, Variable: variable);
            faults.Remember(place);
            return place;
        }

        private Target? Refuse(string path, string problem)
        {
            faults.Add(new NodePlace(path, Variable: variable), problem);
            return null;
        }
    }

    private sealed record Target(string Path, ValueShape Value, SourceNode? Existing, Action<SourceNode> Set);
}
