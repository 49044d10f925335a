using System.Text.Encodings.Web;
using System.Text.Json;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Exchange;

/// <summary>Writes every refusal, as the JSON-RPC error that clients' SDKs expect.</summary>
internal static class RefusalWriter
{
    // Those of a long batch are long.
    private const int BytesPerSecondMin = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly JsonWriterOptions Relaxed = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Sends the refusal; on return the response has started, so that nothing can be forwarded any more.
    /// </summary>
    public static async ValueTask WriteAsync(HttpContext context, Refusal refusal)
    {
        var exchange = McpExchange.Of(context);
        exchange.Refusal = refusal;
        var response = context.Response;
        response.Headers.Clear();
        response.StatusCode = refusal.HttpStatus;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.Headers[McpHeaders.RequestId] = exchange.RequestIdText;
        if (refusal.Header is { } header)
        {
            response.Headers[header.Name] = header.Value;
        }

        exchange.ResponseBytes = HttpMethods.IsHead(context.Request.Method) ? 0 : WriteBody(exchange, refusal, context);

        // A flush, not just a status: after a 200 that has not started YARP would forward the refused call. A client
        // that has left makes no difference to that, so its going must not end this early.
        await response.StartAsync(CancellationToken.None);
        await FlushAsync(context, exchange.ResponseBytes);
    }

    // Strangers get refusals too: one that is not taken must not hold its place among all requests. Kestrel's own rate
    // would grant a connection all the time that its earlier answers, read or not, might have taken.
    private static async ValueTask FlushAsync(HttpContext context, long bytes)
    {
        var flush = context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        if (flush.IsCompleted)
        {
            await flush;
            return;
        }

        var flushed = flush.AsTask();
        try
        {
            await flushed.WaitAsync(Patience + TimeSpan.FromSeconds(bytes / BytesPerSecondMin));
        }
        catch (TimeoutException)
        {
            context.Abort();
            await flushed;
        }
    }

    // The body's size in bytes.
    private static long WriteBody(McpExchange exchange, Refusal refusal, HttpContext context)
    {
        using var json = new Utf8JsonWriter(context.Response.BodyWriter, Relaxed);
        if (exchange.BatchRefusals is null || !Array.Exists(exchange.Messages, IsRequest))
        {
            WriteError(json, exchange.Message?.Id, refusal, exchange.RequestId);
        }
        else
        {
            WriteErrors(json, exchange, refusal);
        }

        json.Flush();
        return json.BytesCommitted;
    }

    // Of a batch every request gets its answer: those that were innocent learn that they were not forwarded either.
    private static void WriteErrors(Utf8JsonWriter json, McpExchange exchange, Refusal refusal)
    {
        var refusals = exchange.BatchRefusals!;
        var innocent = Array.TrueForAll(refusals, own => own is null) ? refusal : Refusal.BatchRefused;
        json.WriteStartArray();
        for (var i = 0; i < refusals.Length; i++)
        {
            var message = exchange.Messages[i];
            var own = refusals[i] ?? innocent;
            var call = exchange.CallOf(message);
            if (call is not null)
            {
                call.Refusal = own;
            }

            if (IsRequest(message) || refusals[i] is not null)
            {
                WriteError(json, message.Id, own, call?.RequestId ?? exchange.RequestId);
            }
        }

        json.WriteEndArray();
    }

    private static bool IsRequest(McpMessage message) => message is { Method: not null, Id: not null };

    private static void WriteError(Utf8JsonWriter json, JsonRpcId? id, Refusal refusal, Guid requestId)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        if (id is not null)
        {
            json.WritePropertyName("id"u8);
            id.WriteTo(json);
        }

        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, refusal.Code);
        json.WriteString("message"u8, refusal.Message);
        json.WriteStartObject("data"u8);
        json.WriteString("reason"u8, refusal.Reason);
        json.WriteString("requestId"u8, requestId);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
