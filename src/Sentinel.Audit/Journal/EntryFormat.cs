using System.Buffers.Binary;
using System.Text;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Journal;

/// <summary>Entries as payloads: what is known when a call begins, and what its end adds.</summary>
internal static class EntryFormat
{
    private const int ReasonCharsMax = 100;

    /// <summary>Everything but the outcome.</summary>
    public static void WriteBegin(JournalBuffer buffer, AuditEntry entry)
    {
        buffer.Id(entry.RequestId);
        var arrival = entry.Timestamp;
        buffer.Long((arrival.Kind == DateTimeKind.Local ? arrival.ToUniversalTime() : arrival).Ticks);
        buffer.Optional(entry.RequestBytes);
        Text(buffer, entry.ClientSubject);
        Text(buffer, entry.ClientRole);
        Text(buffer, entry.ToolName);
        Text(buffer, entry.BackendName);
        Text(buffer, entry.ClientIssuer);
        Text(buffer, entry.ClientTenant);
        Text(buffer, entry.ClientDisplay);
        Text(buffer, entry.ClientApp);
        Text(buffer, entry.Method);
        Text(buffer, entry.JsonRpcId);
        Text(buffer, entry.SessionHash);
        Text(buffer, entry.ProtocolVersion);
        Text(buffer, entry.ClientName);
        Text(buffer, entry.ClientAddress);
        Text(buffer, entry.Route);
        Text(buffer, entry.TraceId);
        Text(buffer, entry.Decision);
        buffer.Bytes(entry.RequestArgs.Span);
    }

    /// <summary>The outcome of a call whose Begin is at <paramref name="begin"/>; 0 for one that follows.</summary>
    public static void WriteEnd(JournalBuffer buffer, AuditEntry entry, long begin)
    {
        buffer.Long(begin);
        buffer.Id(entry.RequestId);
        buffer.Byte((byte)entry.Outcome);
        buffer.Long(entry.LatencyUs);
        buffer.Optional(entry.ErrorCode);
        buffer.Optional(entry.HttpStatus);
        buffer.Optional(entry.FirstByteUs);
        buffer.Optional(entry.GatewayUs);
        buffer.Optional(entry.ResponseBytes);
        buffer.Text(StorableText.From(entry.Reason, ReasonCharsMax));
        buffer.Text(StorableText.From(entry.ErrorMessage, AuditRow.MessageCharsMax));
    }

    /// <summary>An entry without its outcome, which is to follow.</summary>
    public static AuditEntry ReadBegin(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return ReadBegin(ref reader);
    }

    /// <summary>An entry that was written in one piece.</summary>
    public static AuditEntry ReadWhole(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return ReadEnd(ref reader, ReadBegin(ref reader));
    }

    /// <summary>Where the Begin of this End is, and of which call.</summary>
    public static (long Begin, Guid RequestId) ReadReference(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return (reader.Long(), reader.Id());
    }

    public static AuditEntry ReadEnd(ReadOnlySpan<byte> payload, AuditEntry begun)
    {
        var reader = new PayloadReader(payload);
        return ReadEnd(ref reader, begun);
    }

    private static AuditEntry ReadBegin(ref PayloadReader reader) => new()
    {
        RequestId = reader.Id(),
        Timestamp = new DateTime(reader.Long(), DateTimeKind.Utc),
        RequestBytes = reader.Optional(),
        ClientSubject = reader.Text() ?? "",
        ClientRole = reader.Text() ?? "",
        ToolName = reader.Text() ?? "",
        BackendName = reader.Text() ?? "",
        ClientIssuer = reader.Text(),
        ClientTenant = reader.Text(),
        ClientDisplay = reader.Text(),
        ClientApp = reader.Text(),
        Method = reader.Text(),
        JsonRpcId = reader.Text(),
        SessionHash = reader.Text(),
        ProtocolVersion = reader.Text(),
        ClientName = reader.Text(),
        ClientAddress = reader.Text(),
        Route = reader.Text(),
        TraceId = reader.Text(),
        Decision = reader.Text(),
        RequestArgs = reader.Bytes(),
        HasStorableArgs = true,
        Outcome = AuditOutcome.Error,
        LatencyUs = 0,
    };

    private static AuditEntry ReadEnd(ref PayloadReader reader, AuditEntry begun)
    {
        reader.Long();
        reader.Id();
        return begun with
        {
            Outcome = (AuditOutcome)reader.Byte(),
            LatencyUs = reader.Long(),
            ErrorCode = (int?)reader.Optional(),
            HttpStatus = (int?)reader.Optional(),
            FirstByteUs = reader.Optional(),
            GatewayUs = reader.Optional(),
            ResponseBytes = reader.Optional(),
            Reason = reader.Text(),
            ErrorMessage = reader.Text(),
        };
    }

    // Only what is longer than any row keeps is looked at: the row makes the rest storable when it is made.
    private static void Text(JournalBuffer buffer, string? value) =>
        buffer.Text(value is { Length: > AuditRow.TextCharsMax }
            ? StorableText.From(value, AuditRow.TextCharsMax)
            : value);

    private ref struct PayloadReader(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public byte Byte() => Take(1)[0];

        public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

        public Guid Id() => new(Take(16));

        public long? Optional() => Byte() == 0 ? null : Long();

        public string? Text() => Length() is > 0 and var length ? Encoding.UTF8.GetString(Take(length - 1)) : null;

        public ReadOnlyMemory<byte> Bytes() => Length() is > 1 and var length ? Take(length - 1).ToArray() : default;

        private int Length()
        {
            var value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = Byte();
                value |= (part & 0x7F) << shift;
                if (part < 0x80)
                {
                    return value;
                }
            }
        }

        private ReadOnlySpan<byte> Take(int bytes)
        {
            var taken = _rest[..bytes];
            _rest = _rest[bytes..];
            return taken;
        }
    }
}
