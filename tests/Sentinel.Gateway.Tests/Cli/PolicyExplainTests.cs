using System.Text.Json.Nodes;
using Sentinel.Gateway.Cli;
using Sentinel.Gateway.Rbac;
using Sentinel.Gateway.Tests.Authentication;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli;

public sealed class PolicyExplainTests : IDisposable
{
    private const string Policy =
        """
        "Rbac": {
          "Roles": {
            "reader": {
              "Allow": ["a/read_*", "resource:a/file:///docs/*", { "Tool": "a/deploy", "Arguments": { "env": ["dev", "test"] } }],
              "Deny": ["a/read_secret", { "Tool": "a/read_trial", "Shadow": true }]
            },
            "nobody": {}
          },
          "Disabled": ["a/drop"]
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Says_what_decides_and_what_would_change_it()
    {
        (string Role, string Target, TargetKind Kind, string? Arguments)[] questions =
        [
            ("reader", "a/read_mail", TargetKind.Tool, null),
            ("reader", "a/READ_mail", TargetKind.Tool, null),
            ("reader", "a/read_secret", TargetKind.Tool, null),
            ("reader", "a/Read_Secret", TargetKind.Tool, null),
            ("reader", "a/read_trial", TargetKind.Tool, null),
            ("reader", "a/deploy", TargetKind.Tool, """{"env":"dev"}"""),
            ("reader", "a/deploy", TargetKind.Tool, """{"env":"prod"}"""),
            ("reader", "a/deploy", TargetKind.Tool, null),
            ("reader", "a/drop", TargetKind.Tool, null),
            ("reader", "a/file:///docs/readme", TargetKind.Resource, null),
            ("reader", "a/file:///docs/../etc/passwd", TargetKind.Resource, null),
            ("reader", "a/hello", TargetKind.Prompt, null),
            ("nobody", "a/read_mail", TargetKind.Tool, null),
        ];
        var config = Write(Policy);
        foreach (var (role, target, kind, arguments) in questions)
        {
            await _output.WriteLineAsync($"{role} {kind} {target} {arguments}");
            var exit = await RunAsync(new(config, new PolicyCaller([role], null), target, kind, arguments));
            await _output.WriteLineAsync($"  → {exit}\n");
        }

        Snapshot.Match(_output.ToString());
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Answers_programs_in_JSON()
    {
        var exit = await RunAsync(new(
            Write(Policy), new PolicyCaller(["reader"], null), "a/read_secret", IsJson: true));

        Assert.Equal(1, exit);
        var answer = JsonNode.Parse(_output.ToString())!;
        Assert.False((bool)answer["allowed"]!);
        Assert.Equal("rbac", (string)answer["reason"]!);
        Assert.Equal("$.Sentinel.Rbac.Roles.reader.Deny[0]", (string)answer["path"]!);
    }

    [Theory]
    [InlineData("ghost", null, "a/x", null, "There is no role 'ghost'")]
    [InlineData(null, "ghost", "a/x", null, "There is no API key 'ghost'")]
    [InlineData(null, null, "a/x", null, "Name the caller in one way")]
    [InlineData("reader", "ci", "a/x", null, "Name the caller in one way")]
    [InlineData("reader", null, "deploy", null, "--tool takes backend/name")]
    [InlineData("reader", null, "a/deploy", "{", "--args is no JSON")]
    [InlineData("reader", null, "a/deploy", "[]", "--args takes a JSON object")]
    public async Task Ends_with_2_where_it_cannot_tell(
        string? role, string? key, string target, string? arguments, string message)
    {
        var caller = new PolicyCaller(role is null ? [] : [role], key);

        Assert.Equal(2, await RunAsync(new(Write(Policy), caller, target, Arguments: arguments)));

        Assert.Contains(message, _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task Takes_the_roles_of_a_token_that_the_gateway_would_take_and_of_no_other()
    {
        await using var issuer = await TestIssuer.StartAsync();
        var config = Write(Policy, new JsonArray(TokenWorld.IssuerOf(issuer)));
        var good = _folder.File("good.jwt");
        var bad = _folder.File("bad.jwt");
        await File.WriteAllTextAsync(
            good,
            issuer.Token(TokenWorld.Audience).With("roles", new JsonArray("reader")) + "\n",
            TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            bad,
            issuer.Token("https://other.example").With("roles", new JsonArray("reader")).ToString(),
            TestContext.Current.CancellationToken);

        Assert.Equal(0, await RunAsync(new(config, new PolicyCaller([], null, good), "a/read_mail")));
        Assert.Equal(2, await RunAsync(new(config, new PolicyCaller([], null, bad), "a/read_mail")));
        Assert.Equal(2, await RunAsync(new(config, new PolicyCaller([], null, "nowhere.jwt"), "a/read_mail")));

        Assert.Contains("wrong_audience", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("nowhere.jwt", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(PolicyExplainCommand.Request request) => PolicyExplainCommand.RunAsync(
        request,
        new Dictionary<string, string>(),
        TextReader.Null,
        _output,
        _error,
        TestContext.Current.CancellationToken);

    private string Write(string policy, JsonArray? issuers = null)
    {
        var authentication = new JsonObject { ["Anonymous"] = new JsonObject() };
        if (issuers is not null)
        {
            authentication["Issuers"] = issuers;
        }

        var path = _folder.File("proxy.json");
        File.WriteAllText(
            path,
            $$"""
            {
              "ReverseProxy": {
                "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/a/{**rest}" } } },
                "Clusters": { "a": { "Destinations": { "d": { "Address": "http://127.0.0.1:1/" } } } }
              },
              "Sentinel": { "Authentication": {{authentication.ToJsonString()}}, {{policy}} }
            }
            """);
        return path;
    }
}
