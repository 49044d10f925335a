using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What the two verbs print is used as they say.</summary>
public sealed partial class KeyCommandTests(Servers servers)
{
    [Fact]
    public async Task A_new_key_and_its_line_let_its_caller_in()
    {
        var (exitCode, output) = await Cli.RunAsync(["key", "new", "ci-bot"]);
        Assert.Equal(0, exitCode);
        var key = Assert.Single(ApiKey().Matches(output)).Value;
        var line = JsonNode.Parse(Assert.Single(Line().Matches(output)).Value)!;
        line["Roles"] = new JsonArray("tester");
        var config = Config();
        config.Sentinel["Authentication"]!["ApiKeys"]!.AsArray().Add(line);
        await using var gateway = await GatewayProcess.StartAsync(config);

        var url = new Uri(gateway.Url, "sample/mcp");
        Assert.Equal(200, (await Rpc.CallAsync(url, key, "echo", """{"text":"x"}""")).Status);
        Assert.Equal(401, (await Rpc.CallAsync(url, key[..^1], "echo", """{"text":"x"}""")).Status);
    }

    [Fact]
    public async Task No_two_keys_are_alike()
    {
        var (_, one) = await Cli.RunAsync(["key", "new", "a"]);
        var (_, two) = await Cli.RunAsync(["key", "new", "a"]);

        Assert.NotEqual(ApiKey().Match(one).Value, ApiKey().Match(two).Value);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a,b")]
    [InlineData("")]
    public async Task A_name_that_proxy_json_would_refuse_makes_no_key(string name)
    {
        var (exitCode, output) = await Cli.RunAsync(["key", "new", name]);

        Assert.Equal(1, exitCode);
        Assert.Equal(
            $"stderr: '{name}' cannot be a key's name; write letters, digits, '_', '.' and '-' only.", output.Trim());
    }

    [Fact]
    public async Task A_new_session_key_is_taken_as_it_is_printed()
    {
        var (exitCode, output) = await Cli.RunAsync(["session-key", "new"]);
        Assert.Equal(0, exitCode);
        var setting = Assert.Single(SessionKey().Matches(output));
        var config = Config();
        config.Sentinel["Sessions"] = JsonNode.Parse($"{{{Assert.Single(Section().Matches(output)).Value}}}")!["Sessions"]!.DeepClone();
        var environment = new Dictionary<string, string?> { [setting.Groups["name"].Value] = setting.Groups["key"].Value };

        await using var gateway = await GatewayProcess.StartAsync(config, environment);

        Assert.DoesNotContain("warn:", gateway.Process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(setting.Groups["key"].Value, gateway.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_refused_where_or_when_it_is_not_good()
    {
        var config = Config().ApiKey("elsewhere", "elsewhere-key", "tester").ApiKey("old", "old-key", "tester");
        var keys = config.Sentinel["Authentication"]!["ApiKeys"]!.AsArray();
        keys[1]!["Backends"] = new JsonArray("raw");
        keys[2]!["ExpiresAt"] = "2020-01-01T00:00:00Z";
        await using var gateway = await GatewayProcess.StartAsync(config);

        await AssertAsync("sample/mcp", "elsewhere-key", HttpStatusCode.Unauthorized, "The API key is not valid for this server.");
        await AssertAsync("raw/none", "old-key", HttpStatusCode.Unauthorized, "The API key has expired; ask for a new one.");
        await AssertAsync("nowhere", "elsewhere-key", HttpStatusCode.NotFound, "No route of this gateway serves this path.");
        using var allowed = await RawCall.Post(new Uri(gateway.Url, "raw/none"), RawCall.ToolCall("echo"), "elsewhere-key").SendAsync();
        Assert.Equal((HttpStatusCode.NotFound, null), (allowed.StatusCode, allowed.Header("Content-Type")));

        async Task AssertAsync(string path, string key, HttpStatusCode status, string message)
        {
            using var response = await RawCall.Post(new Uri(gateway.Url, path), RawCall.ToolCall("echo"), key).SendAsync();
            Assert.Equal((status, message), (response.StatusCode, (await response.ReadErrorAsync()).Message));
        }
    }

    private ProxyConfig Config() =>
        new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .Backend("raw", servers.Raw.Url)
            .ApiKey("first", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*"]);

    [GeneratedRegex("sk-sentinel-[0-9a-f]{64}", RegexOptions.None, 1000)]
    private static partial Regex ApiKey();

    [GeneratedRegex(@"\{ ""Name"": .*\}", RegexOptions.None, 1000)]
    private static partial Regex Line();

    [GeneratedRegex("(?<name>SENTINEL_[A-Z_]+)=(?<key>[0-9a-f]{64})", RegexOptions.None, 1000)]
    private static partial Regex SessionKey();

    [GeneratedRegex(@"""Sessions"": \{.*\}", RegexOptions.None, 1000)]
    private static partial Regex Section();
}
