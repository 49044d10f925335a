using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Sentinel.EndToEnd.Tests.Deployment;

/// <summary>A value of a YAML document, reached by the keys that lead to it.</summary>
internal sealed class YamlTree(YamlNode? node, string path)
{
    public bool Exists => node is not null;

    public string Path => path;

    public string Text =>
        node is YamlScalarNode { Value: { } value } ? value : throw new InvalidOperationException($"{path} is no text.");

    public int Number => int.Parse(Text, CultureInfo.InvariantCulture);

    public IReadOnlyList<YamlTree> Items =>
        node is YamlSequenceNode list
            ? [.. list.Select((item, i) => new YamlTree(item, $"{path}[{i}]"))]
            : throw new InvalidOperationException($"{path} is no list.");

    public IReadOnlyList<(string Key, YamlTree Value)> Members =>
        node is YamlMappingNode map
            ? [.. map.Children.Select(pair => (pair.Key.ToString(), new YamlTree(pair.Value, $"{path}.{pair.Key}")))]
            : throw new InvalidOperationException($"{path} is no mapping.");

    /// <summary>A member; what a mapping takes over from another by <c>&lt;&lt;</c> is its own.</summary>
    public YamlTree this[string key]
    {
        get
        {
            var map = node as YamlMappingNode;
            var value = Find(map, key) ?? Find(Find(map, "<<") as YamlMappingNode, key);
            return new YamlTree(value, $"{path}.{key}");
        }
    }

    /// <summary>Every document of a file.</summary>
    public static IReadOnlyList<YamlTree> Read(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(file)));
        return [.. stream.Documents.Select((document, i) => new YamlTree(document.RootNode, $"document {i}"))];
    }

    private static YamlNode? Find(YamlMappingNode? map, string key) =>
        map is not null && map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;
}
