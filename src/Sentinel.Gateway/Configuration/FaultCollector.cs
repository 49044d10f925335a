using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration;

/// <summary>Gathers every fault of one reading, and knows where each path stands.</summary>
internal sealed class FaultCollector
{
    private readonly Dictionary<string, NodePlace> _places = new(StringComparer.Ordinal);
    private readonly List<ConfigurationFault> _faults = [];

    public bool IsEmpty => _faults.Count == 0;

    public int Count => _faults.Count;

    /// <summary>Sorted by place: the file from top to bottom, then the environment.</summary>
    public IReadOnlyList<ConfigurationFault> Sorted() =>
    [
        .. _faults
            .OrderBy(fault => fault.Place.Variable is not null)
            .ThenBy(fault => fault.Place.Line ?? 0)
            .ThenBy(fault => fault.Place.Offset)
            .ThenBy(fault => fault.Path, StringComparer.Ordinal),
    ];

    public void Remember(NodePlace place) => _places[place.Path] = place;

    public void Add(NodePlace place, string problem) => _faults.Add(new(place, problem));

    /// <summary>For what may be absent from the file: its line is that of the nearest value around it.</summary>
    public void Add(string path, string problem) => Add(PlaceOf(path), problem);

    public NodePlace PlaceOf(string path)
    {
        for (var at = path; at is not null; at = JsonPath.Parent(at))
        {
            if (_places.TryGetValue(at, out var place))
            {
                return place with { Path = path };
            }
        }

        return new NodePlace(path);
    }

    public bool HasAt(string path) =>
        _faults.Exists(fault => string.Equals(fault.Path, path, StringComparison.Ordinal));

    /// <summary>Whether anything here or below is at fault, so that a check built on it would mislead.</summary>
    public bool HasWithin(string path) =>
        _faults.Exists(fault =>
            fault.Path.StartsWith(path, StringComparison.Ordinal)
            && (fault.Path.Length == path.Length || fault.Path[path.Length] is '.' or '['));
}
