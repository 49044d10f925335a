using System.Security.Cryptography;
using Sentinel.Audit.Reading;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Chain;

/// <summary>Makes links: <c>SHA-256(previous link ‖ canonical row)</c>; before the first stand 32 zeros.</summary>
/// <remarks>Not for several threads at once: it works in buffers of its own.</remarks>
internal sealed class RowChain
{
    /// <summary>What stands before a chain's first link.</summary>
    public static readonly byte[] Start = new byte[SHA256.HashSizeInBytes];

    private readonly CanonicalRow _row = new();
    private readonly CanonicalBuffer _buffer = new();

    public byte[] Link(ReadOnlySpan<byte> previous, AuditRow row, string instance, Guid writerId, long seq)
    {
        Begin(previous);
        _row.Write(row, instance, writerId, seq, _buffer);
        return SHA256.HashData(_buffer.Written);
    }

    /// <exception cref="System.Text.Json.JsonException">The row's arguments are no JSON that was ever stored.
    /// </exception>
    public byte[] Link(ReadOnlySpan<byte> previous, StoredRow row)
    {
        Begin(previous);
        _row.Write(row, _buffer);
        return SHA256.HashData(_buffer.Written);
    }

    private void Begin(ReadOnlySpan<byte> previous)
    {
        _buffer.Clear();
        _buffer.Append(previous);
    }
}
