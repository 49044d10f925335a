using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Which call a Begin is of.</summary>
    public static Guid ReadRequestId(ReadOnlySpan<byte> payload) => new PayloadReader(payload).Id();

    /// <summary>Where the Begin of this End is, and of which call.</summary>
    public static (long Begin, Guid RequestId) ReadReference(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return (reader.Long(), reader.Id());
    }

    /// <summary>An entry that was written in one piece.</summary>
    public static AuditEntry ReadWhole(ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        return Read(ref reader, ref reader);
    }

    /// <summary>An entry of a Begin and its End.</summary>
    public static AuditEntry Read(ReadOnlySpan<byte> begin, ReadOnlySpan<byte> end)
    {
        var beginReader = new PayloadReader(begin);
        var endReader = new PayloadReader(end);
        return Read(ref beginReader, ref endReader);
    }

    // In the order of the bytes: the two may be one.
    private static AuditEntry Read(ref PayloadReader begin, ref PayloadReader end) => new()
    {
        RequestId = begin.Id(),
        Timestamp = new DateTime(begin.Long(), DateTimeKind.Utc),
        RequestBytes = begin.Optional(),
        ClientSubject = begin.Text() ?? "",
        ClientRole = begin.Text() ?? "",
        ToolName = begin.Text() ?? "",
        BackendName = begin.Text() ?? "",
        ClientIssuer = begin.Text(),
        ClientTenant = begin.Text(),
        ClientDisplay = begin.Text(),
        ClientApp = begin.Text(),
        Method = begin.Text(),
        JsonRpcId = begin.Text(),
        SessionHash = begin.Text(),
        ProtocolVersion = begin.Text(),
        ClientName = begin.Text(),
        ClientAddress = begin.Text(),
        Route = begin.Text(),
        TraceId = begin.Text(),
        Decision = begin.Text(),
        RequestArgs = begin.Bytes(),
        HasStorableArgs = true,
        Outcome = (AuditOutcome)end.BehindReference().Byte(),
        LatencyUs = end.Long(),
        ErrorCode = (int?)end.Optional(),
        HttpStatus = (int?)end.Optional(),
        FirstByteUs = end.Optional(),
        GatewayUs = end.Optional(),
        ResponseBytes = end.Optional(),
        Reason = end.Text(),
        ErrorMessage = end.Text(),
    };

    // Only what is longer than any row keeps is looked at: the row makes the rest storable when it is made.
    private static void Text(JournalBuffer buffer, string? value) =>
        buffer.Text(value is { Length: > AuditRow.TextCharsMax }
            ? StorableText.From(value, AuditRow.TextCharsMax)
            : value);

    private ref struct PayloadReader(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        [UnscopedRef]
        public ref PayloadReader BehindReference()
        {
            Take(sizeof(long) + 16);
            return ref this;
        }

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
