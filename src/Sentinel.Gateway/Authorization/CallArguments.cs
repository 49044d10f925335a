using System.Buffers;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Authorization;

/// <summary>Looks at the arguments of calls once more in the body, where they lie whole.</summary>
/// <remarks>What is recorded of them may be cut or redacted, so that it is nothing to decide by.</remarks>
internal static class CallArguments
{
    /// <summary>Sees the body for as long as it runs.</summary>
    internal delegate void See(ReadOnlySpan<byte> body);

    public static bool AreIn(McpExchange exchange) =>
        Array.Exists(exchange.Calls, call => call.Message.Arguments is not null);

    /// <summary>The arguments of one message of the body; empty where it has none.</summary>
    public static ReadOnlySpan<byte> Of(McpMessage message, ReadOnlySpan<byte> body) =>
        message.Arguments is { } place && !body.IsEmpty ? body[message.Start..][place] : default;

    /// <summary>Shows the body that the inspection has read and left.</summary>
    public static async ValueTask ReadAsync(HttpContext context, See see)
    {
        var reader = context.Request.BodyReader;

        // Whole since the inspection: this waits for nothing.
        var read = await reader.ReadAsync(context.RequestAborted);
        try
        {
            Show(read.Buffer, see);
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static void Show(ReadOnlySequence<byte> body, See see)
    {
        if (body.IsSingleSegment)
        {
            see(body.FirstSpan);
            return;
        }

        var length = (int)body.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(rented);
            see(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
