using Sentinel.Audit.Reading;
using Sentinel.Audit.Stores;

namespace Sentinel.Audit.Chain;

/// <summary>Writes a row as the bytes that its link is made of.</summary>
/// <remarks>
/// A version byte, then every column but <c>id</c>, <c>created_at</c> and <c>chain_hash</c> in the order of the table:
/// 0 for NULL, or 1, the length in four bytes and the value. Numbers are eight bytes and times microseconds since
/// 1970, big-endian; an uuid its sixteen bytes in the order they are printed; text UTF-8; JSON in
/// <see cref="CanonicalJson"/>'s form. From memory and from either store the bytes are the same.
/// </remarks>
internal sealed class CanonicalRow
{
    private const byte Version = 1;

    private static readonly long EpochMicros = DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly CanonicalJson _json = new();

    public void Write(AuditRow row, string instance, Guid writerId, long seq, CanonicalBuffer buffer)
    {
        buffer.Append(Version);
        Uuid(row.RequestId, buffer);
        Long(row.TimestampMicros - EpochMicros, buffer);
        Text(row.ClientSubject, buffer);
        Text(row.ClientRole, buffer);
        Text(row.ToolName, buffer);
        Text(row.BackendName, buffer);
        Json(row.RequestArgs.Span, buffer);
        Text(row.ResponseStatus, buffer);
        Text(row.ErrorMessage, buffer);
        Long(row.LatencyMs, buffer);
        Text(row.Reason, buffer);
        Long(row.ErrorCode, buffer);
        Long(row.HttpStatus, buffer);
        Long(row.LatencyUs, buffer);
        Long(row.FirstByteUs, buffer);
        Long(row.GatewayUs, buffer);
        Text(row.ClientIssuer, buffer);
        Text(row.ClientTenant, buffer);
        Text(row.ClientDisplay, buffer);
        Text(row.ClientApp, buffer);
        Text(row.Method, buffer);
        Text(row.JsonRpcId, buffer);
        Text(row.SessionHash, buffer);
        Text(row.ProtocolVersion, buffer);
        Text(row.ClientName, buffer);
        Text(row.ClientAddress, buffer);
        Text(row.Route, buffer);
        Text(row.TraceId, buffer);
        Long(row.RequestBytes, buffer);
        Long(row.ResponseBytes, buffer);
        Text(row.Decision, buffer);
        Text(instance, buffer);
        Uuid(writerId, buffer);
        Long(seq, buffer);
    }

    /// <exception cref="System.Text.Json.JsonException">Its arguments are no JSON that was ever stored.</exception>
    public void Write(StoredRow row, CanonicalBuffer buffer)
    {
        buffer.Append(Version);
        Uuid(row.RequestId, buffer);
        Long(row.TimestampMicros - EpochMicros, buffer);
        Text(row.ClientSubject, buffer);
        Text(row.ClientRole, buffer);
        Text(row.ToolName, buffer);
        Text(row.BackendName, buffer);
        Json(row.RequestArgs.Span, buffer);
        Text(row.ResponseStatus, buffer);
        Text(row.ErrorMessage, buffer);
        Long(row.LatencyMs, buffer);
        Text(row.Reason, buffer);
        Long(row.ErrorCode, buffer);
        Long(row.HttpStatus, buffer);
        Long(row.LatencyUs, buffer);
        Long(row.FirstByteUs, buffer);
        Long(row.GatewayUs, buffer);
        Text(row.ClientIssuer, buffer);
        Text(row.ClientTenant, buffer);
        Text(row.ClientDisplay, buffer);
        Text(row.ClientApp, buffer);
        Text(row.Method, buffer);
        Text(row.JsonRpcId, buffer);
        Text(row.SessionHash, buffer);
        Text(row.ProtocolVersion, buffer);
        Text(row.ClientName, buffer);
        Text(row.ClientAddress, buffer);
        Text(row.Route, buffer);
        Text(row.TraceId, buffer);
        Long(row.RequestBytes, buffer);
        Long(row.ResponseBytes, buffer);
        Text(row.Decision, buffer);
        Text(row.Instance, buffer);
        Uuid(row.JournalId, buffer);
        Long(row.Seq, buffer);
    }

    private static void Text(string? value, CanonicalBuffer buffer)
    {
        if (Begin(value is not null, buffer))
        {
            var at = buffer.Length;
            buffer.AppendBigEndian(0);
            buffer.AppendUtf8(value!);
            buffer.SetBigEndian(at, buffer.Length - at - sizeof(int));
        }
    }

    private static void Long(long? value, CanonicalBuffer buffer)
    {
        if (Begin(value is not null, buffer))
        {
            buffer.AppendBigEndian(sizeof(long));
            buffer.AppendBigEndian(value.GetValueOrDefault());
        }
    }

    private static void Uuid(Guid? value, CanonicalBuffer buffer)
    {
        if (Begin(value is not null, buffer))
        {
            buffer.AppendBigEndian(16);
            value.GetValueOrDefault().TryWriteBytes(buffer.Reserve(16), bigEndian: true, out _);
        }
    }

    private void Json(ReadOnlySpan<byte> value, CanonicalBuffer buffer)
    {
        if (Begin(!value.IsEmpty, buffer))
        {
            var at = buffer.Length;
            buffer.AppendBigEndian(0);
            _json.Write(value, buffer);
            buffer.SetBigEndian(at, buffer.Length - at - sizeof(int));
        }
    }

    private static bool Begin(bool isThere, CanonicalBuffer buffer)
    {
        buffer.Append(isThere ? (byte)1 : (byte)0);
        return isThere;
    }
}
