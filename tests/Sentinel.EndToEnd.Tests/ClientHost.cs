using System.Collections.Concurrent;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What stands behind a client: a model, a user and some folders, who always answer the same.</summary>
internal sealed class ClientHost
{
    /// <summary>What servers announced.</summary>
    public ConcurrentQueue<string?> Announcements { get; } = new();

    public McpClientOptions Options(Era era) =>
        new()
        {
            ClientInfo = new() { Name = "end-to-end", Version = "1.0.0" },
            ProtocolVersion = era switch
            {
                Era.HttpSse => "2024-11-05",
                Era.Legacy => "2025-11-25",
                Era.Modern => "2026-07-28",
                _ => null,
            },
            Capabilities = new() { Roots = new() { ListChanged = true } },
            Handlers = new()
            {
                SamplingHandler = (asked, _, _) => ValueTask.FromResult(Sample(asked)),
                ElicitationHandler = (asked, _) => ValueTask.FromResult(Elicit(asked)),
                RootsHandler = (_, _) => ValueTask.FromResult(
                    new ListRootsResult { Roots = [new() { Uri = "file:///one" }, new() { Uri = "file:///two" }] }
                ),
                NotificationHandlers = [new(NotificationMethods.LoggingMessageNotification, HearAsync)],
            },
        };

    private static CreateMessageResult Sample(CreateMessageRequestParams? asked)
    {
        var question = asked?.Messages.Single().Content.OfType<TextContentBlock>().Single().Text;
        return new()
        {
            Model = "test-model",
            Content = [new TextContentBlock { Text = $"You asked: {question}" }],
        };
    }

    private static ElicitResult Elicit(ElicitRequestParams? asked) =>
        new()
        {
            Action = "accept",
            Content = new Dictionary<string, JsonElement>
            {
                ["name"] = JsonSerializer.SerializeToElement($"Somebody, asked: {asked?.Message}"),
            },
        };

    private ValueTask HearAsync(JsonRpcNotification notification, CancellationToken cancellationToken)
    {
        Announcements.Enqueue(notification.Params?["data"]?.GetValue<string>());
        return ValueTask.CompletedTask;
    }
}
