using System.Text;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>Credentials of every kind, through the real stages: what the client is told, and what the log says.</summary>
public sealed class TokenCaseTests
{
    [Fact]
    public async Task Good_credentials_make_callers()
    {
        await using var world = await TokenWorld.StartAsync();

        var (answers, table) = await SendAllAsync(world, TokenCases.Good());

        Assert.All(answers, answer => Assert.Equal(("200", ""), (answer.Status, answer.Logged)));
        Snapshot.Match(table);
    }

    [Fact]
    public async Task Hostile_credentials_make_none()
    {
        await using var world = await TokenWorld.StartAsync();

        var (answers, table) = await SendAllAsync(world, HostileTokenCases.All());

        Assert.True(answers.Count >= 60, "The cases were not found.");
        Assert.All(answers, answer => Assert.Null(answer.Caller));
        Assert.Empty(world.Stranger.Requests);
        Snapshot.Match(table);
    }

    [Fact]
    public async Task What_a_client_is_told_does_not_say_which_of_them_it_was()
    {
        await using var world = await TokenWorld.StartAsync();

        var (answers, _) = await SendAllAsync(world, HostileTokenCases.All());

        // No credential, a bad one, a bad request, a missing scope, a header that Kestrel does not take.
        Assert.InRange(answers.Select(answer => (answer.Status, answer.Challenge)).Distinct().Count(), 1, 6);
    }

    private static async Task<(List<RigAnswer> Answers, string Table)> SendAllAsync(
        TokenWorld world,
        IEnumerable<TokenCase> cases)
    {
        // The keys of all issuers are there before the first case.
        await world.Rig.SendAsync("/a/mcp", $"Authorization: Bearer {world.Token()}");
        var answers = new List<RigAnswer>();
        var table = new StringBuilder();
        foreach (var one in cases)
        {
            var answer = await world.Rig.SendAsync(one.Target, one.Headers(world));
            answers.Add(answer);
            table.Append(world.Readable($"{one.Name}\n  {answer.Status} {answer.Challenge}".TrimEnd()));
            table.Append(world.Readable($"\n  {answer.Caller ?? answer.Logged}".TrimEnd())).Append('\n');
        }

        return (answers, table.ToString());
    }
}
