using System.Buffers;
using System.Text.Json;
using Sentinel.Audit.Redaction;

namespace Sentinel.Audit.Stores;

/// <summary>One pass over a document, which copies it only once something has to change.</summary>
internal ref struct StorablePass(ReadOnlySpan<byte> json, RedactPlace place)
{
    private const int KeyBytesOnStack = 256;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly RedactPlace _place = place;
    private ArrayBufferWriter<byte>? _changed;
    private int _copied;

    /// <summary>Whether a key holds what cannot be stored. It was left as it is.</summary>
    public bool HasUnstorableKey { get; private set; }

    /// <returns>The changed copy, or null where nothing had to change.</returns>
    public ArrayBufferWriter<byte>? Run(Utf8JsonReader reader)
    {
        _place.Begin();
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var isHidden = IsHidden(ref reader);
                    reader.Read();
                    Value(ref reader, isHidden);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    break;
                default:
                    // Values of members were read with their keys.
                    Value(ref reader, reader.CurrentDepth > 0 && _place.EnterItem(reader.CurrentDepth));
                    break;
            }
        }

        if (_changed is not null)
        {
            _changed.Write(_json[_copied..]);
        }

        return _changed;
    }

    private void Value(ref Utf8JsonReader reader, bool isHidden)
    {
        if (isHidden)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            CopyUntil(start, (int)reader.BytesConsumed).Write("\"[redacted]\""u8);
        }
        else if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueIsEscaped && JsonStrings.HasUnstorableEscape(reader.ValueSpan))
            {
                var target = CopyUntil((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                target.Write("\""u8);
                JsonStrings.Replace(reader.ValueSpan, target);
                target.Write("\""u8);
            }
        }
        else if (reader.TokenType == JsonTokenType.Number && !JsonNumbers.IsStorable(reader.ValueSpan))
        {
            var target = CopyUntil((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
            target.Write("\""u8);
            target.Write(reader.ValueSpan);
            target.Write("\""u8);
        }
    }

    private bool IsHidden(ref Utf8JsonReader reader)
    {
        var depth = reader.CurrentDepth;
        if (!reader.ValueIsEscaped)
        {
            return IsHidden(reader.ValueSpan, depth);
        }

        HasUnstorableKey |= JsonStrings.HasUnstorableEscape(reader.ValueSpan);
        var length = reader.ValueSpan.Length;
        var rented = length <= KeyBytesOnStack ? null : ArrayPool<byte>.Shared.Rent(length);
        var key = rented ?? stackalloc byte[KeyBytesOnStack];
        try
        {
            return IsHidden(key[..JsonStrings.Unescape(reader.ValueSpan, key)], depth);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private readonly bool IsHidden(ReadOnlySpan<byte> key, int depth) =>
        _place.Enter(key, depth)
        || SecretKeys.Match(key)
        || (depth == 1 && SecretKeys.IsRequestState(key));

    // What lies between two changes is copied as it stands.
    private ArrayBufferWriter<byte> CopyUntil(int start, int goesOnAt)
    {
        _changed ??= new ArrayBufferWriter<byte>(_json.Length + 64);
        _changed.Write(_json[_copied..start]);
        _copied = goesOnAt;
        return _changed;
    }
}
