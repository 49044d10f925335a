using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Sentinel.Gateway.Mcp;

/// <summary>The encoding of header values that repeat the body, such as <c>Mcp-Name</c>.</summary>
/// <remarks>Visible ASCII stands as it is; anything else is <c>=?base64?…?=</c> over its UTF-8.</remarks>
internal static class McpHeaderValue
{
    private const string Prefix = "=?base64?";
    private const string Suffix = "?=";

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c), '\t']);

    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true);

    /// <summary>The value meant; null where the header is malformed.</summary>
    public static string? Decode(string header)
    {
        if (header.AsSpan().ContainsAnyExcept(Plain))
        {
            return null;
        }

        if (header.Length < Prefix.Length + Suffix.Length
            || !header.StartsWith(Prefix, StringComparison.Ordinal)
            || !header.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return header;
        }

        var encoded = header.AsSpan()[Prefix.Length..^Suffix.Length];

        // .NET's decoder skips blanks, which no other need do.
        if (encoded.ContainsAny(' ', '\t') || !Base64.IsValid(encoded, out var length))
        {
            return null;
        }

        var bytes = new byte[length];
        try
        {
            return Convert.TryFromBase64Chars(encoded, bytes, out _) ? Strict.GetString(bytes) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
