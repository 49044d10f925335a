using System.Buffers.Text;

namespace Sentinel.Gateway.Mcp;

/// <summary>
/// The raw bytes of one JSON value as they stream by, up to a limit; what is beyond it is only known to exist.
/// </summary>
internal struct CapturedValue
{
    private byte[]? _bytes;
    private int _length;
    private bool _isCut;
    private bool _hasEscapes;
    private CapturedKind _kind;

    /// <summary>Whether the value was there at all.</summary>
    public readonly bool IsPresent => _kind != CapturedKind.None;

    public readonly bool IsString => _kind == CapturedKind.String;

    public readonly bool IsNull => Is("null"u8);

    /// <summary>Begins anew: of a repeated key the last value counts, as it does for clients.</summary>
    public void Begin(CapturedKind kind)
    {
        _kind = kind;
        _length = 0;
        _isCut = false;
        _hasEscapes = false;
    }

    public void Clear() => Begin(CapturedKind.None);

    /// <param name="limit">How many raw bytes are kept.</param>
    public void Append(ReadOnlySpan<byte> raw, int limit)
    {
        var room = Math.Min(limit - _length, raw.Length);
        _isCut |= room < raw.Length;
        if (room <= 0)
        {
            return;
        }

        if (_bytes is null || _bytes.Length < _length + room)
        {
            Array.Resize(ref _bytes, Math.Max(64, Math.Max(_length + room, 2 * _length)));
        }

        raw[..room].CopyTo(_bytes.AsSpan(_length));
        _hasEscapes |= raw[..room].Contains((byte)'\\');
        _length += room;
    }

    /// <summary>Whether this is exactly the given literal or number.</summary>
    public readonly bool Is(ReadOnlySpan<byte> token) => IsWholeToken && Raw.SequenceEqual(token);

    /// <summary>Whether this is a string with exactly the given value.</summary>
    public readonly bool IsText(ReadOnlySpan<byte> value) =>
        IsString && !_isCut && (_hasEscapes ? EscapedText.Spells(Raw, value) : Raw.SequenceEqual(value));

    /// <summary>Whether this is the given id, in type and value.</summary>
    /// <remarks>Servers that read numbers as doubles echo the id <c>1</c> as <c>1.0</c>.</remarks>
    public readonly bool Is(JsonRpcId id) => id.IsString
        ? IsText(id.Value)
        : IsWholeToken && Raw.StartsWith(id.Value) && IsZeroFraction(Raw[id.Value.Length..]);

    public readonly int? ToInt32() =>
        IsWholeToken && Utf8Parser.TryParse(Raw, out int value, out var read) && read == _length ? value : null;

    /// <summary>The string's text, unescaped and cut to so many characters; null for anything but a string.</summary>
    public readonly string? ToText(int chars)
    {
        if (!IsString)
        {
            return null;
        }

        var text = EscapedText.Read(Raw, _isCut);
        if (text.Length <= chars)
        {
            return text;
        }

        return text[..(char.IsHighSurrogate(text[chars - 1]) ? chars - 1 : chars)];
    }

    private readonly ReadOnlySpan<byte> Raw => _bytes.AsSpan(0, _length);

    private readonly bool IsWholeToken => _kind == CapturedKind.Token && !_isCut;

    private static bool IsZeroFraction(ReadOnlySpan<byte> rest) =>
        rest.IsEmpty || (rest.Length > 1 && rest[0] == '.' && !rest[1..].ContainsAnyExcept((byte)'0'));
}

/// <summary>The kinds of JSON value, as far as they are told apart.</summary>
internal enum CapturedKind : byte
{
    /// <summary>No value.</summary>
    None,

    /// <summary>A string: its bytes between the quotes.</summary>
    String,

    /// <summary>A number or literal.</summary>
    Token,

    /// <summary>An object or array, of which nothing is kept.</summary>
    Container,
}
