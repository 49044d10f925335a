using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Sentinel.SampleServer;

/// <summary>One end of a tool's execution. <see cref="Outcome"/> is <c>started</c> at its beginning, and at its end
/// <c>ok</c>, <c>isError</c>, <c>error</c>, <c>inputRequired</c> or <c>cancelled</c>.</summary>
internal sealed record CallEntry(
    DateTimeOffset Time,
    string Outcome,
    string Tool,
    IDictionary<string, JsonElement>? Arguments,
    object? JsonRpcId,
    string? SentinelRequestId,
    IReadOnlyDictionary<string, string[]>? Headers,
    string? BodySha256
);

/// <summary>Keeps every call that was executed, in memory and, one JSON line each, in a file.</summary>
internal sealed class CallLog : IDisposable
{
    private readonly Recent<CallEntry> _calls = new();
    private readonly Lock _fileLock = new();
    private readonly TimeProvider _time;
    private readonly StreamWriter? _file;

    public CallLog(TimeProvider time, string? path)
    {
        _time = time;
        _file = path is null ? null : new StreamWriter(path, append: true) { AutoFlush = true };
    }

    public IReadOnlyList<CallEntry> Entries => _calls.ToArray();

    /// <summary>A filter of the SDK: it sees a call just before its tool, and what the tool made of it.</summary>
    public McpRequestHandler<CallToolRequestParams, CallToolResult> Recording(
        McpRequestHandler<CallToolRequestParams, CallToolResult> next
    ) =>
        async (request, cancellationToken) =>
        {
            // A tool that does not exist executes nothing.
            if (request.MatchedPrimitive is null)
            {
                return await next(request, cancellationToken);
            }

            Write(request, "started");
            try
            {
                var result = await next(request, cancellationToken);
                Write(request, result.IsError is true ? "isError" : "ok");
                return result;
            }
            catch (OperationCanceledException)
            {
                Write(request, "cancelled");
                throw;
            }
            catch (InputRequiredException)
            {
                Write(request, "inputRequired");
                throw;
            }
            catch (Exception)
            {
                Write(request, "error");
                throw;
            }
        };

    public void Dispose() => _file?.Dispose();

    private void Write(RequestContext<CallToolRequestParams> request, string outcome)
    {
        var http = request.Items.TryGetValue(RequestLog.Item, out var item) ? item as ReceivedRequest : null;
        var entry = new CallEntry(
            _time.GetUtcNow(),
            outcome,
            request.Params.Name,
            request.Params.Arguments,
            request.JsonRpcRequest.Id.Id,
            http?.Headers.GetValueOrDefault("Sentinel-Request-Id")?[0],
            http?.Headers,
            http?.BodySha256
        );
        _calls.Add(entry);
        lock (_fileLock)
        {
            _file?.WriteLine(JsonSerializer.Serialize(entry, JsonSerializerOptions.Web));
        }
    }
}
