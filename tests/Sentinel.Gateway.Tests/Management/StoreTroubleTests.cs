using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

public sealed class StoreTroubleTests
{
    [Fact]
    public async Task Where_nothing_is_recorded_questions_say_so_and_the_rest_is_given()
    {
        await using var rig = await ManagementRig.StartAsync(
            config => config.Sentinel["Audit"]!["Enabled"] = false);
        var cookie = await rig.SignInAsync();

        foreach (var path in new[]
        {
            "/api/calls", $"/api/calls/{Guid.Empty}", "/api/calls/live", "/api/calls/export", "/api/stats",
            "/api/verify",
        })
        {
            Assert.Equal((503, "no_store"), await ManagementRig.ReadAsync(await rig.SendAsync("GET", path, cookie)));
        }

        using var matrix = await rig.SendAsync("GET", "/api/policy/matrix", cookie);
        using var status = await rig.SendAsync("GET", "/api/status", cookie);
        Assert.Equal(200, (int)matrix.StatusCode);
        Assert.False(
            JsonNode.Parse(await status.Content.ReadAsStringAsync())!["audit"]!["enabled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task A_stop_ends_live_views_at_once()
    {
        await using var rig = await ManagementRig.StartAsync();
        var cookie = await rig.SignInAsync();
        await Eventually.HoldsAsync(async () =>
            (await ManagementRig.ReadAsync(await rig.SendAsync("GET", "/api/calls", cookie))).Status == 200);
        using var live = await rig.SendAsync("GET", "/api/calls/live", cookie);
        var reading = live.Content.ReadAsStringAsync();
        Assert.False(reading.IsCompleted);

        rig.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await reading.WaitAsync(Deadline.Default);
    }

    [Fact]
    public async Task The_policy_is_shown_and_explained_as_it_decides()
    {
        await using var rig = await ManagementRig.StartAsync(config => config
            .Role("caller", ["github/*"], ["github/delete_*"])
            .Disable("github/format"));
        var cookie = await rig.SignInAsync();

        using var policy = await rig.SendAsync("GET", "/api/policy", cookie);
        using var explained = await rig.SendAsync(
            "GET", "/api/policy/explain?role=caller&role=auditor&backend=github&name=delete_repo", cookie);

        var roles = JsonNode.Parse(await policy.Content.ReadAsStringAsync())!;
        Assert.Equal("github/format", roles["disabled"]![0]!.GetValue<string>());
        Assert.Contains(roles["callers"]!.AsArray(), caller => caller!["subject"]!.GetValue<string>() == "anonymous");
        var explanation = JsonNode.Parse(await explained.Content.ReadAsStringAsync())!;
        Assert.False(explanation["allowed"]!.GetValue<bool>());
        Assert.Equal("$.Sentinel.Rbac.Roles.caller.Deny[0]", explanation["path"]!.GetValue<string>());
    }
}
