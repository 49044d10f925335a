using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Tools that ask back: by a request of the server, and from 2026-07-28 on by an answer.</summary>
public sealed class OfficialClientAskingTests(Servers servers)
{
    public static TheoryData<Era, Answers, Route> Ways { get; } =
    [
        .. ClientWays.All.Where(way => way.Data.Item2 is Answers.Sse || way.Data.Item1 is Era.Modern or Era.Detected),
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_clients_model_answers_a_tool_that_asks_it(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var answer = await client.TextAsync("ask_model", new() { ["question"] = "Wie spät ist es?" });

        Assert.Equal("test-model: You asked: Wie spät ist es?", answer);
        Assert.Equal(Executions("ask_model", era), await client.OutcomesAsync());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_clients_user_answers_a_tool_that_asks_them(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        var answer = await client.TextAsync("ask_user", new() { ["question"] = "Wer da?" });

        Assert.Equal("accept: Somebody, asked: Wer da?", answer);
        Assert.Equal(Executions("ask_user", era), await client.OutcomesAsync());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_tool_sees_the_clients_folders(Era era, Answers answers, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, answers, route);

        Assert.Equal("file:///one file:///two", await client.TextAsync("list_roots", []));
        Assert.Equal(Executions("list_roots", era), await client.OutcomesAsync());
    }

    [Theory]
    [MemberData(nameof(ClientWays.WithEventStreams), MemberType = typeof(ClientWays))]
    public async Task Several_tools_may_ask_at_once(Era era, Route route)
    {
        await using var client = await OfficialClient.ConnectAsync(servers, era, Answers.Sse, route);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(i => client.TextAsync("ask_user", new() { ["question"] = $"{i}" }))
        );

        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"accept: Somebody, asked: {i}"), answers);
    }

    private static string[] Executions(string tool, Era era) =>
        era is Era.Modern or Era.Detected
            ? [$"{tool} started", $"{tool} inputRequired", $"{tool} started", $"{tool} ok"]
            : [$"{tool} started", $"{tool} ok"];
}
