using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Shared.Otlp;

/// <summary>A collector on the loopback: takes OTLP as protobuf over HTTP and over gRPC, and keeps what came.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private const int FrameHeaderBytes = 5;

    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpLog> _logs = new();
    private readonly ConcurrentDictionary<string, ProtoMessage> _metrics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _resource = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _app = builder.Build();
        _app.Run(TakeAsync);
    }

    /// <summary>Where protobuf over HTTP goes.</summary>
    public string HttpUrl => _app.Urls.First();

    /// <summary>Where gRPC goes.</summary>
    public string GrpcUrl => _app.Urls.Last();

    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    public IReadOnlyCollection<OtlpLog> Logs => _logs;

    /// <summary>What the sender says of itself.</summary>
    public IReadOnlyDictionary<string, string> Resource => _resource;

    /// <summary>Every metric as it came last, by name.</summary>
    public IReadOnlyDictionary<string, ProtoMessage> Metrics => _metrics;

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The one span that fits, once it has come.</summary>
    public async Task<OtlpSpan> SpanAsync(Func<OtlpSpan, bool> fits)
    {
        try
        {
            return await Eventually.YieldsAsync(() => Task.FromResult(_spans.SingleOrDefault(fits)));
        }
        catch (TimeoutException exception)
        {
            var came = string.Join(", ", _spans.Select(span => $"{span.Name} {span["sentinel.reason"]}"));
            throw new TimeoutException($"{exception.Message} Came: {came}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        var isGrpc = http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;
        var bytes = new MemoryStream();
        await http.Request.Body.CopyToAsync(bytes, http.RequestAborted);
        var body = bytes.ToArray().AsMemory();
        if (isGrpc)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.Span[1..]);
            body = body.Slice(FrameHeaderBytes, length);
        }
        else if (http.Request.Headers.ContentEncoding == "gzip")
        {
            await using var gzip = new GZipStream(new MemoryStream(body.ToArray()), CompressionMode.Decompress);
            bytes = new MemoryStream();
            await gzip.CopyToAsync(bytes, http.RequestAborted);
            body = bytes.ToArray();
        }

        Take(http.Request.Path.Value!, new ProtoMessage(body));
        http.Response.ContentType = isGrpc ? "application/grpc" : "application/x-protobuf";
        if (isGrpc)
        {
            // An empty message, whose frame has a header all the same.
            await http.Response.Body.WriteAsync(new byte[FrameHeaderBytes], http.RequestAborted);
            http.Response.AppendTrailer("grpc-status", "0");
        }
    }

    private void Take(string path, ProtoMessage request)
    {
        foreach (var ofResource in request.Messages(1))
        {
            foreach (var (key, value) in ofResource.Message(1)?.Attributes(1) ?? [])
            {
                _resource[key] = value;
            }

            foreach (var item in ofResource.Messages(2).SelectMany(scope => scope.Messages(2)))
            {
                switch (path)
                {
                    case "/v1/traces" or "/opentelemetry.proto.collector.trace.v1.TraceService/Export":
                        _spans.Enqueue(new OtlpSpan(item));
                        break;
                    case "/v1/logs" or "/opentelemetry.proto.collector.logs.v1.LogsService/Export":
                        _logs.Enqueue(new OtlpLog(item));
                        break;
                    case "/v1/metrics" or "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export":
                        _metrics[item.Text(1)] = item;
                        break;
                    default:
                        throw new InvalidDataException($"Nothing of OTLP goes to {path}.");
                }
            }
        }
    }
}
