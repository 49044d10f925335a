namespace Sentinel.Gateway.Mcp.Lists;

/// <summary>Says whether a caller is shown an item of a list.</summary>
/// <param name="kind">The list it stands in.</param>
/// <param name="name">Its name, URI or URI template.</param>
/// <param name="item">The whole item, as the server spells it.</param>
internal delegate bool ShowsItem(ListKind kind, string name, ReadOnlySpan<byte> item);

/// <summary>What becomes of an answer once the items that are not shown are cut out.</summary>
/// <param name="IsReadable">Whether it could be read so that every client reads the same lists.</param>
/// <param name="Bytes">The edited answer; null where it stays as it came.</param>
/// <param name="HiddenCount">How many items were cut out.</param>
internal readonly record struct ListEdit(bool IsReadable, byte[]? Bytes, int HiddenCount)
{
    public static readonly ListEdit Unreadable;

    public static readonly ListEdit Untouched = new(true, null, 0);
}
