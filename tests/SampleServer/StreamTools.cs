using System.ComponentModel;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Sentinel.Gateway.Cli.Demo;

namespace Sentinel.SampleServer;

/// <summary>Tools whose messages take another way than the answer to their own call.</summary>
internal static class StreamTools
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public static IEnumerable<McpServerTool> All() =>
        [SampleTools.Tool("poll", PollAsync), SampleTools.Tool("announce", AnnounceAsync)];

    [Description("Hangs up before it answers; the client comes back for the answer.")]
    private static async Task<string> PollAsync(
        RequestContext<CallToolRequestParams> request,
        string text,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await request.EnablePollingAsync(PollInterval, cancellationToken);
        }
        catch (InvalidOperationException)
        {
            // The transport says this way that the revision knows no polling, or that no events are kept.
            return text;
        }

        // Until then the answer would still find its way into the stream that is being closed.
        var answered = (Task)request.Items[RequestLog.Answered]!;
        await answered.WaitAsync(cancellationToken);
        return $"{text}, polled";
    }

    [Description("Tells the client something on the session's stream, rather than on the way to the answer.")]
    private static async Task<string> AnnounceAsync(
        RequestContext<CallToolRequestParams> request,
        string text,
        CancellationToken cancellationToken
    )
    {
        if (
            !request.Items.TryGetValue(McpEndpoint.SessionTransport, out var item)
            || item is not ITransport transport
        )
        {
            return "There is no session to announce it in.";
        }

        var said = new LoggingMessageNotificationParams
        {
            Level = LoggingLevel.Info,
            Logger = "announce",
            Data = JsonSerializer.SerializeToElement(text),
        };
        var notification = new JsonRpcNotification
        {
            Method = NotificationMethods.LoggingMessageNotification,
            Params = JsonSerializer.SerializeToNode(said, McpJsonUtilities.DefaultOptions),
        };
        await transport.SendMessageAsync(notification, cancellationToken);
        return "Announced.";
    }
}
