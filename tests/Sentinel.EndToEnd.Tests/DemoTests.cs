using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed partial class DemoTests
{
    [Fact]
    public async Task The_tour_shows_three_calls_and_their_rows_and_its_curl_lines_work()
    {
        await using var demo = GatewayProcess.Start(["demo", "--urls", "http://127.0.0.1:0"]);
        await demo.WaitForLineAsync(line => line.Contains("Serving until Ctrl+C", StringComparison.Ordinal));

        Assert.Equal(3, demo.Lines.Count(line => line.StartsWith("    HTTP 200 ", StringComparison.Ordinal)));
        var rows = demo.Lines.Where(line => RowLine().IsMatch(line)).ToList();
        Assert.Equal(3, rows.Count);
        Assert.Contains("key:alice", rows[0], StringComparison.Ordinal);
        Assert.Contains("success", rows[0], StringComparison.Ordinal);
        Assert.Contains("key:bob", rows[1], StringComparison.Ordinal);
        Assert.Contains("denied", rows[1], StringComparison.Ordinal);
        Assert.Contains("rbac", rows[1], StringComparison.Ordinal);
        Assert.Contains("error", rows[2], StringComparison.Ordinal);
        Assert.Contains("tool_error", rows[2], StringComparison.Ordinal);

        var curls = demo.Lines.Where(line => line.StartsWith("  curl ", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, curls.Count);
        Assert.Contains("\"result\"", await RunAsync(curls[0]), StringComparison.Ordinal);
        Assert.Contains("Permission denied for tool: delete_note", await RunAsync(curls[1]), StringComparison.Ordinal);
        Assert.Contains("\"isError\":true", await RunAsync(curls[2]), StringComparison.Ordinal);

        var dashboard = DashboardLine().Match(demo.Output);
        using var http = new HttpClient { BaseAddress = new Uri(dashboard.Groups["url"].Value) };
        using var signIn = new StringContent(
            $$"""{"credential":"{{dashboard.Groups["key"].Value}}"}""", new MediaTypeHeaderValue("application/json"));
        using var session = await http.PostAsync(new Uri("api/session", UriKind.Relative), signIn);
        Assert.Equal(200, (int)session.StatusCode);
        var calls = await http.GetStringAsync(new Uri("api/calls", UriKind.Relative));
        Assert.Equal(6, JsonNode.Parse(calls)!["rows"]!.AsArray().Count);
        Assert.Contains("<title>", await http.GetStringAsync(new Uri("", UriKind.Relative)), StringComparison.Ordinal);

        await demo.TerminateAsync();
        Assert.Equal(0, await demo.WaitForExitAsync());
    }

    private static async Task<string> RunAsync(string line)
    {
        await using var shell = ChildProcess.Start("bash", ["-c", line]);
        Assert.Equal(0, await shell.WaitForExitAsync());
        return shell.Output;
    }

    [GeneratedRegex(@"^  \d{4}-\d\d-\d\d.* key:", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RowLine();

    [GeneratedRegex(
        @"^  (?<url>http://\S+/) in a browser: sign in with (?<key>\S+)\r?$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex DashboardLine();
}
