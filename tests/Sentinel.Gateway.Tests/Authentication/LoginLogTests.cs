using Microsoft.Extensions.DependencyInjection;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Management;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Authentication;

public sealed class LoginLogTests
{
    [Fact]
    public async Task Of_each_reason_there_is_one_line_a_second_which_says_how_many_there_were()
    {
        var clock = new TestClock();
        await using var rig = await StartAsync(clock);
        var log = rig.Services.GetRequiredService<Gateway.Authentication.LoginLog>();
        for (var i = 0; i < 1000; i++)
        {
            log.Record(LoginFailure.Expired, null, null);
            log.Record(LoginFailure.BadSignature, null, null);
        }

        clock.Advance(TimeSpan.FromSeconds(1));
        log.Record(LoginFailure.Expired, null, "at noon");

        Assert.Equal(
            [
                "Login failed: expired, from (null)",
                "Login failed: bad_signature, from (null)",
                "Login failed: expired, from (null) (at noon); 999 more of this reason since the last such line",
            ],
            rig.Log.WithId(2001).Select(message => message.Text));
    }

    [Fact]
    public async Task Failures_are_counted_by_reason()
    {
        await using var rig = await StartAsync(new TestClock());
        using var metrics = new MetricStore();
        await rig.SendAsync("/a/mcp");
        await rig.SendAsync("/a/mcp", "X-Api-Key: wrong");
        await rig.SendAsync("/a/mcp", "X-Api-Key: wrong");

        // Meters of other tests are heard too; these reasons of this rig's are among them.
        var text = metrics.Write();
        Assert.Contains("sentinel_authentication_failures_total{reason=\"no_credential\"}", text, StringComparison.Ordinal);
        Assert.Contains("sentinel_authentication_failures_total{reason=\"api_key\"}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_failure_has_a_reason_of_its_own_and_stands_in_the_documentation()
    {
        var reasons = LoginFailure.All.Select(failure => failure.Reason).ToList();
        var page = Architecture.SourceTree.Files("docs", "identity.md").Single().Text;

        Assert.Equal(reasons.Distinct(StringComparer.Ordinal), reasons);
        Assert.All(reasons, reason => Assert.Contains($"`{reason}`", page, StringComparison.Ordinal));
    }

    private static Task<AuthenticationRig> StartAsync(TestClock clock) => AuthenticationRig.StartAsync(
        new ProxyConfig().Backend("a", new Uri("http://127.0.0.1:9/")).ApiKey("ci", "right"), clock);
}
