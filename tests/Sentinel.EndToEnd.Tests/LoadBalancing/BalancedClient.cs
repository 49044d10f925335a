using System.Net;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Sentinel.EndToEnd.Tests.LoadBalancing;

/// <summary>
/// One official client that opens sessions and calls tools until it is told to stop: plain calls, calls that report
/// progress on their stream, calls that ask its user back; and that does with a failure what the specification says.
/// </summary>
internal sealed class BalancedClient(int number, Era era, Uri url, HttpClient http, Action<CallReport> report)
{
    // Between calls a client is idle, so that streams outnumber calls as they do in reality.
    private const int ThinkMillisecondsMax = 2500;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly Random _random = new(number);
    private int _sessions;
    private int _calls;

    public async Task RunAsync(CancellationToken stop)
    {
        await ThinkAsync();
        while (!stop.IsCancellationRequested)
        {
            _sessions++;
            var client = await OpenAsync();
            while (client is not null && !stop.IsCancellationRequested && await CallAsync(client))
            {
                await ThinkAsync();
            }

            await CloseAsync(client);
        }
    }

    private static async Task CloseAsync(McpClient? client)
    {
        if (client is null)
        {
            return;
        }

        try
        {
            await client.DisposeAsync().AsTask().WaitAsync(CloseTimeout);
        }
        catch (TimeoutException)
        {
            // Some never come back from there once their session was lost. Nothing that is judged here depends on it.
        }
    }

    private async Task<McpClient?> OpenAsync()
    {
        McpClient? client = null;
        await ReportAsync("open", null, async timeout =>
        {
            // The client disposes the transport.
            var transport = new HttpClientTransport(
                new HttpClientTransportOptions
                {
                    Endpoint = url,
                    TransportMode = HttpTransportMode.StreamableHttp,
                    AdditionalHeaders = new Dictionary<string, string> { ["X-Api-Key"] = Servers.TesterKey },
                    MaxReconnectionAttempts = 20,
                    DefaultReconnectionInterval = TimeSpan.FromMilliseconds(500),
                },
                http);
            // By default a client asks for five seconds which revisions are spoken, and then takes the server for an old
            // one: too few for a crowd that arrives at once on a busy machine.
            var options = new ClientHost().Options(era);
            options.DiscoverProbeTimeout = CallTimeout;
            client = await McpClient.CreateAsync(transport, options, cancellationToken: timeout);
            return null;
        });
        return client;
    }

    // Whether the session can be used again.
    private async Task<bool> CallAsync(McpClient client)
    {
        _calls++;
        var text = $"{number}-{_sessions}-{_calls}";
        var (tool, arguments, expected) = _random.Next(5) switch
        {
            0 => (
                "ask_user",
                new Dictionary<string, object?> { ["question"] = text },
                $"accept: Somebody, asked: {text}"),
            1 => ("slow", new Dictionary<string, object?> { ["steps"] = 3, ["delayMs"] = 300 }, "3 steps"),
            _ => ("echo", new Dictionary<string, object?> { ["text"] = text }, text),
        };
        var server = era is Era.Legacy ? client.ServerInfo!.Name : null;
        var end = await ReportAsync(tool, server, async timeout =>
        {
            var answer = await AnswerAsync(client, tool, arguments, timeout);
            return answer == expected ? null : $"answered '{answer}' instead of '{expected}'";
        });
        return end is not CallEnd.SessionUnknown && !client.Completion.IsCompleted;
    }

    private static async Task<string?> AnswerAsync(
        McpClient client, string tool, Dictionary<string, object?> arguments, CancellationToken timeout)
    {
        try
        {
            var result = await client.CallToolAsync(
                tool, arguments, new Progress<ProgressNotificationValue>(), cancellationToken: timeout);
            return result.Content is [TextContentBlock block] ? block.Text : null;
        }
        catch (OperationCanceledException) when (!timeout.IsCancellationRequested)
        {
            // Its stream was told that the session is gone, and the client gave up every call in it.
            throw new ClientTransportClosedException(await client.Completion.WaitAsync(timeout));
        }
    }

    private async Task<CallEnd> ReportAsync(
        string what, string? server, Func<CancellationToken, Task<string?>> act)
    {
        using var timeout = new CancellationTokenSource(CallTimeout);
        var started = TimeProvider.System.GetTimestamp();
        var (end, problem) = (CallEnd.Answered, (string?)null);
        try
        {
            problem = await act(timeout.Token);
            end = problem is null ? CallEnd.Answered : CallEnd.Failed;
        }
        // Whatever a client can be told, or not be told, is judged afterwards.
        catch (Exception exception)
        {
            end = StatusOf(exception) switch
            {
                HttpStatusCode.NotFound => CallEnd.SessionUnknown,
                HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                    CallEnd.Unavailable,
                _ => CallEnd.Failed,
            };
            problem = $"{exception.GetType().Name}: {exception.Message} / {exception.GetBaseException().Message}";
        }

        report(new CallReport(
            $"client {number} ({era}), session {_sessions}, call {_calls}, {what}",
            server,
            started,
            TimeProvider.System.GetTimestamp(),
            end,
            problem));
        return end;
    }

    private static HttpStatusCode? StatusOf(Exception? exception) =>
        exception switch
        {
            null => null,
            HttpRequestException { StatusCode: { } status } => status,
            ClientTransportClosedException { Details: HttpClientCompletionDetails { HttpStatusCode: { } closed } } => closed,
            _ => StatusOf(exception.InnerException),
        };

    // A client's own pace; nothing is waited for.
    private Task ThinkAsync() => Task.Delay(_random.Next(ThinkMillisecondsMax));
}
