using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Binding;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>The <c>Sentinel</c> part of proxy.schema.json, from the very shapes that the reader binds by.</summary>
/// <remarks>Draft 7, which editors know best. What is the item of a list or map is a definition of its own.</remarks>
internal sealed class SchemaOfSettings
{
    public JsonObject Definitions { get; } = [];

    public JsonObject Create()
    {
        var sentinel = OfRecord(typeof(SentinelOptions));
        // The reader says more of it than that a key is missing, and so does not mark it as required.
        sentinel["required"] = new JsonArray(nameof(SentinelOptions.Authentication));
        return sentinel;
    }

    private JsonObject OfRecord(Type type)
    {
        var defaults = Activator.CreateInstance(type)!;
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var key in RecordShape.Of(type).Keys)
        {
            var value = key.Property.GetValue(defaults);
            var isMissing = value is null or "" or ICollection { Count: 0 };
            if (key.IsRequired && isMissing)
            {
                required.Add(key.Name);
            }

            properties[key.Name] = OfKey(key, value);
        }

        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    private JsonObject OfKey(KeyShape key, object? value)
    {
        var schema = new JsonObject();
        if (key.Description is { } description)
        {
            schema["description"] = SettingWords.InEditor(description)
                + (key.ActsAtStart ? " Acts at start: a change waits for the next one." : "");
        }

        foreach (var (name, node) in OfValue(key.Value, key).ToList())
        {
            schema[name] = node?.DeepClone();
        }

        if (key.IsNullable)
        {
            AllowNull(schema);
        }

        if (DefaultOf(key, value) is { } shown)
        {
            schema["default"] = shown;
        }

        return schema;
    }

    private JsonObject OfValue(ValueShape value, KeyShape? key) => value.Kind switch
    {
        ShapeKind.Boolean => new JsonObject { ["type"] = "boolean" },
        ShapeKind.WholeNumber => WithRange(new JsonObject { ["type"] = "integer" }, key),
        ShapeKind.Text => WithPattern(new JsonObject { ["type"] = "string" }, key),
        ShapeKind.Time => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        ShapeKind.Parsed => new JsonObject { ["type"] = "string" },
        ShapeKind.AnyScalar => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") },
        ShapeKind.Choice => new JsonObject
        {
            ["type"] = "string",
            ["enum"] = new JsonArray([.. Enum.GetNames(value.Type).Select(name => JsonValue.Create(name))]),
        },
        ShapeKind.List => OfList(value, key),
        ShapeKind.Map => new JsonObject { ["type"] = "object", ["additionalProperties"] = OfItem(value, key) },
        ShapeKind.Union => OfUnion(value),
        _ => OfRecord(value.Type),
    };

    private JsonObject OfList(ValueShape value, KeyShape? key)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = OfItem(value, null) };
        if (key is { IsRequired: true })
        {
            schema["minItems"] = 1;
        }

        return schema;
    }

    private JsonObject OfItem(ValueShape value, KeyShape? key)
    {
        var item = ValueShape.Of(value.Element!);
        if (item.Kind is not (ShapeKind.Record or ShapeKind.Union))
        {
            return OfValue(item, item.Kind == ShapeKind.WholeNumber ? key : null);
        }

        var name = item.Type.Name.Replace("Options", "", StringComparison.Ordinal);
        if (!Definitions.ContainsKey(name))
        {
            Definitions[name] = null;
            Definitions[name] = OfValue(item, null);
        }

        return new JsonObject { ["$ref"] = $"#/definitions/{name}" };
    }

    private JsonObject OfUnion(ValueShape value)
    {
        var alone = value.AloneKey;
        var forms = new JsonArray(OfValue(alone.Value, null));
        if (alone.Value.Kind == ShapeKind.List)
        {
            forms.Insert(0, OfItem(alone.Value, null));
        }

        forms.Add(OfRecord(value.Type));
        return new JsonObject { ["anyOf"] = forms };
    }

    private static JsonObject WithRange(JsonObject schema, KeyShape? key)
    {
        if (key?.Range is { } range)
        {
            schema["minimum"] = Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture);
            schema["maximum"] = Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture);
        }

        return schema;
    }

    // The reader takes an empty text as an absent one where the key is not required, whatever its pattern.
    private static JsonObject WithPattern(JsonObject schema, KeyShape? key)
    {
        if (key?.Pattern is { } pattern)
        {
            schema["pattern"] = key.IsRequired ? $"^(?:{pattern.Pattern})$" : $"^(?:{pattern.Pattern})?$";
        }
        else if (key is { IsRequired: true })
        {
            schema["pattern"] = "\\S";
        }

        return schema;
    }

    private static void AllowNull(JsonObject schema)
    {
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray(type.GetValue<string>(), "null");
        }

        (schema["enum"] as JsonArray)?.Add(null);
    }

    private static JsonNode? DefaultOf(KeyShape key, object? value) => value switch
    {
        null or "" => null,
        bool or int or long or string => JsonSerializer.SerializeToNode(value),
        Enum choice => JsonValue.Create(choice.ToString()),
        IEnumerable items when key.Value.Kind == ShapeKind.List && !key.IsRequired =>
            new JsonArray([.. items.Cast<object>().Select(item => JsonValue.Create(item.ToString()))]),
        _ => null,
    };
}
