using System.Security.Cryptography;
using System.Text;
using Sentinel.Audit.Journal;
using Sentinel.Audit.Redaction;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit;

/// <summary>What is kept of a call's <c>params</c>. Immutable; safe to share.</summary>
public sealed class AuditArguments
{
    private readonly int _maxBytes;
    private readonly RedactMatcher? _redact;

    /// <param name="options"><c>Redact</c> and <c>MaxArgumentBytes</c> are read.</param>
    public AuditArguments(AuditOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _maxBytes = options.MaxArgumentBytes;
        _redact = RedactMatcher.Compile(options.Redact);
    }

    /// <summary>Takes UTF-8 JSON out of a buffer that will be reused.</summary>
    /// <remarks>
    /// What is too long even without its secrets becomes a stub with size and SHA-256. The hash is of what would have
    /// been kept: one of everything would let whoever reads the log try out a short secret.
    /// </remarks>
    /// <param name="json">One valid JSON value.</param>
    public ReadOnlyMemory<byte> Capture(ReadOnlySpan<byte> json)
    {
        if (json.Length <= _maxBytes)
        {
            return json.ToArray();
        }

        var changed = StorableJson.Change(json, _redact);
        if (changed?.Length <= _maxBytes)
        {
            return changed.Value;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(changed is { } kept ? kept.Span : json, hash);
        return Encoding.UTF8.GetBytes(
            $$"""{"_truncated":true,"_bytes":{{json.Length}},"_sha256":"{{Convert.ToHexStringLower(hash)}}"}""");
    }

    /// <summary>The entry with arguments that both stores take and that hold no secret any more.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="ticket">Its place in the journal from now on, where it gets one.</param>
    internal AuditEntry MakeStorable(AuditEntry entry, JournalTicket? ticket = null) =>
        entry.HasStorableArgs && ticket is null
            ? entry
            : entry with
            {
                RequestArgs = entry.HasStorableArgs
                    ? entry.RequestArgs
                    : StorableJson.From(entry.RequestArgs, _redact),
                HasStorableArgs = true,
                Ticket = ticket ?? entry.Ticket,
            };
}
