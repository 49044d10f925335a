using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Audit;

/// <summary>Takes a call's <c>params</c> out of a buffer that will be reused.</summary>
public static class AuditArguments
{
    /// <summary>
    /// Copies UTF-8 JSON, or makes a stub with size and SHA-256 of the whole where it is too long to keep.
    /// </summary>
    /// <param name="json">One valid JSON value.</param>
    /// <param name="maxBytes">The longest value kept whole, in bytes.</param>
    public static ReadOnlyMemory<byte> Capture(ReadOnlySpan<byte> json, int maxBytes)
    {
        if (json.Length <= maxBytes)
        {
            return json.ToArray();
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(json, hash);
        return Encoding.UTF8.GetBytes(
            $$"""{"_truncated":true,"_bytes":{{json.Length}},"_sha256":"{{Convert.ToHexStringLower(hash)}}"}""");
    }
}
