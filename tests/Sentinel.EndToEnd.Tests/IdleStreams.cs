using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>
/// Answers on which nothing moves, opened when the tests start: whoever asks how they bear it has the least to wait.
/// </summary>
public sealed class IdleStreams : IAsyncDisposable
{
    public const string Event = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n";

    private readonly CancellationTokenSource _closing = new();
    private readonly ScriptedBackend _backend;
    private readonly Task<GatewayProcess> _gateway;
    private readonly Dictionary<string, Task<IdleStream>> _streams;

    private delegate Task Answer(HttpContext http, Task woken);

    private IdleStreams(ScriptedBackend backend, Task<GatewayProcess> gateway)
    {
        _backend = backend;
        _gateway = gateway;
        _streams = new(StringComparer.Ordinal)
        {
            ["a stream that was asked for"] = OpenAsync("get", HttpMethod.Get, SilentStreamAsync),
            ["a stream on a connection that was used before"] =
                OpenAsync("kept", HttpMethod.Get, SilentStreamAsync, isFirst: false),
            ["an event stream that answers a call"] = OpenAsync("events", HttpMethod.Post, SilentStreamAsync),
            ["a call that is not answered yet"] = OpenAsync("json", HttpMethod.Post, LateAnswerAsync),
        };
    }

    internal static IdleStreams Open(ScriptedBackend backend, Task<GatewayProcess> gateway) => new(backend, gateway);

    internal Task<IdleStream> OpenedAsync(string name) => _streams[name];

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        foreach (var stream in _streams.Values)
        {
            await ((Task)stream).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stream.IsCompletedSuccessfully)
            {
                await ((Task)(await stream).Body).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _closing.Dispose();
    }

    private async Task<IdleStream> OpenAsync(string path, HttpMethod method, Answer answer, bool isFirst = true)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connections = 0;
        _backend.On($"/idle-{path}", http =>
        {
            arrived.TrySetResult();
            return answer(http, woken.Task);
        });
        var http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var gateway = await _gateway;
        if (!isFirst)
        {
            using var before = await http.GetAsync(new Uri(gateway.Url, "healthz/live"), _closing.Token);
        }

        var body = ReadAsync(http, RawCall.Request(method, new Uri(gateway.Url, $"raw/idle-{path}")));
        await arrived.Task.WaitAsync(Deadline.Default, _closing.Token);
        return new IdleStream(TimeProvider.System.GetTimestamp(), connections, body, woken.SetResult);

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            connections++;
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    private async Task<string> ReadAsync(HttpClient http, HttpRequestMessage request)
    {
        using (http)
        using (request)
        {
            using var response = await http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                _closing.Token
            );
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsStringAsync(_closing.Token);
        }
    }

    private static async Task SilentStreamAsync(HttpContext http, Task woken)
    {
        http.Response.ContentType = "text/event-stream";
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        await LateAnswerAsync(http, woken);
    }

    private static async Task LateAnswerAsync(HttpContext http, Task woken)
    {
        await woken.WaitAsync(http.RequestAborted);
        if (!http.Response.HasStarted)
        {
            http.Response.ContentType = "application/json";
        }

        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Event), http.RequestAborted);
    }
}

/// <summary>One of them: when the backend received its request, over how many connections the client came, what the
/// client has read when the stream ends, and how to let the backend say it.</summary>
internal sealed record IdleStream(long Opened, int Connections, Task<string> Body, Action Wake);
