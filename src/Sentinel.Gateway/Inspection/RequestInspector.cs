using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Sentinel.Audit;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Inspection;

/// <summary>Reads a request's body where it lies, with a cap of its own, and says what it asks for.</summary>
/// <param name="arguments">What is kept of a call's arguments for the audit trail.</param>
internal sealed class RequestInspector(AuditArguments arguments)
{
    // A body of which nothing but the row is wanted any more must not hold what it was refused.
    private static readonly TimeSpan RefusedBodyMax = TimeSpan.FromSeconds(2);

    /// <inheritdoc cref="InspectRequest"/>
    public ValueTask<Refusal?> InspectAsync(HttpContext context)
    {
        var exchange = McpExchange.Of(context);
        if (exchange.IsInspected)
        {
            return ValueTask.FromResult<Refusal?>(null);
        }

        exchange.IsInspected = true;
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            var canHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;
            return ValueTask.FromResult(
                canHaveBody && context.Request.ContentLength != 0 ? Refusal.UnexpectedBody : null);
        }

        if (!ContentRules.AreMet(context.Request.Headers))
        {
            return ValueTask.FromResult<Refusal?>(Refusal.UnsupportedMediaType);
        }

        var settings = ConfigurationSnapshot.Of(context).Sentinel;
        return context.Request.ContentLength > settings.Limits.MaxRequestBodyBytes
            ? ValueTask.FromResult<Refusal?>(Refusal.BodyTooLarge(settings.Limits.MaxRequestBodyBytes))
            : exchange.Refusal is null
                ? ReadBodyAsync(context, exchange, settings)
                : ReadRefusedBodyAsync(context, exchange, settings);
    }

    private async ValueTask<Refusal?> ReadRefusedBodyAsync(
        HttpContext context,
        McpExchange exchange,
        SentinelOptions settings)
    {
        // Not by a token of the read: Kestrel would take the body's reader for one that is in use.
        using var limit = new CancellationTokenSource(RefusedBodyMax);
        await using var ending = limit.Token.UnsafeRegister(
            static reader => ((PipeReader)reader!).CancelPendingRead(), context.Request.BodyReader);
        return await ReadBodyAsync(context, exchange, settings);
    }

    private async ValueTask<Refusal?> ReadBodyAsync(
        HttpContext context,
        McpExchange exchange,
        SentinelOptions settings)
    {
        var reader = context.Request.BodyReader;
        ReadResult read;
        while (true)
        {
            var reading = reader.ReadAsync(context.RequestAborted);
            if (reading.IsCompleted)
            {
                read = await reading;
            }
            else
            {
                var waitsFrom = exchange.ElapsedUs;
                read = await reading;
                exchange.BodyWaitUs += exchange.ElapsedUs - waitsFrom;
            }

            if (read.IsCanceled)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                throw new OperationCanceledException("The body of a refused request did not come in time.");
            }

            if (read.Buffer.Length > settings.Limits.MaxRequestBodyBytes)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return Refusal.BodyTooLarge(settings.Limits.MaxRequestBodyBytes);
            }

            if (read.IsCompleted)
            {
                break;
            }

            // Examined, not consumed: the next read waits for more and the forwarder reads it all again.
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }

        try
        {
            exchange.RequestBytes = read.Buffer.Length;
            return Interpret(read.Buffer, context.Request.Headers, exchange);
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // Kestrel hands bodies on in blocks of 4 KB. The reader wants one span, so longer ones are laid together for the
    // time of the parse, which holds no await.
    private Refusal? Interpret(
        ReadOnlySequence<byte> body,
        IHeaderDictionary headers,
        McpExchange exchange)
    {
        if (body.IsSingleSegment)
        {
            return BodyInterpreter.Interpret(body.FirstSpan, headers, exchange, arguments);
        }

        var length = (int)body.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(rented);
            return BodyInterpreter.Interpret(rented.AsSpan(0, length), headers, exchange, arguments);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
