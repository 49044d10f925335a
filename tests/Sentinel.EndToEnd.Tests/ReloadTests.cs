using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>proxy.json changes under a gateway that serves.</summary>
public sealed class ReloadTests(Servers servers)
{
    private const string Failed = "sentinel_config_reload_failed_total";

    [Fact]
    public async Task A_file_that_cannot_be_used_leaves_the_old_configuration_in_force()
    {
        var json = Config().ToJson();
        await using var gateway = await GatewayProcess.StartAsync(Config());
        using var stop = new CancellationTokenSource();
        var load = new Load(new Uri(gateway.Url, "sample/mcp"));
        var running = load.RunUntilAsync(2, stop.Token);
        Action<string>[] damages =
        [
            path => File.WriteAllText(path, json[..(json.Length / 2)]),
            path => File.WriteAllText(path, json[..^2]),
            path => File.WriteAllText(path, ""),
            File.Delete,
        ];

        for (var i = 0; i < damages.Length; i++)
        {
            damages[i](gateway.ConfigPath);
            await Eventually.HoldsAsync(async () => await Rpc.MetricAsync(gateway.ManagementUrl, Failed) == i + 1);
            await load.MoreAsync(5);
        }

        await stop.CancelAsync();
        await running;
        Assert.Empty(load.Failed);
        Assert.Equal(4, gateway.Process.Lines.Count(line => line.Contains("stays in force", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Switching_a_tool_off_takes_effect_without_a_restart()
    {
        await using var gateway = await GatewayProcess.StartAsync(Config());
        var url = new Uri(gateway.Url, "sample/mcp");
        Assert.DoesNotContain("kill_switch", await EchoAsync(url), StringComparison.Ordinal);

        await File.WriteAllTextAsync(gateway.ConfigPath, Config().Disable("sample/echo").ToJson(), TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(async () => (await EchoAsync(url)).Contains("kill_switch", StringComparison.Ordinal));

        await File.WriteAllTextAsync(gateway.ConfigPath, Config().ToJson(), TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(async () => !(await EchoAsync(url)).Contains("kill_switch", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rewriting_the_file_piece_by_piece_never_takes_a_route_away()
    {
        await using var gateway = await GatewayProcess.StartAsync(Config());
        using var stop = new CancellationTokenSource();
        var load = new Load(new Uri(gateway.Url, "sample/mcp"));
        var running = load.RunUntilAsync(2, stop.Token);

        for (var version = 0; version < 3; version++)
        {
            var json = Config().Disable($"sample/other_{version}").ToJson();
            await using (var file = new StreamWriter(gateway.ConfigPath))
            {
                foreach (var piece in json.Chunk(1 + (json.Length / 4)))
                {
                    await file.WriteAsync(piece);
                    await file.FlushAsync(TestContext.Current.CancellationToken);
                    await load.MoreAsync(3);
                }
            }

            await gateway.Process.WaitForLineAsync(
                line => line.Contains($"Configuration version {version + 2} is in force", StringComparison.Ordinal)
            );
            await load.MoreAsync(3);
        }

        await stop.CancelAsync();
        await running;
        Assert.Empty(load.Failed);
    }

    private static async Task<string> EchoAsync(Uri url) =>
        (await Rpc.CallAsync(url, Servers.TesterKey, "echo", """{"text":"x"}""")).Text;

    private ProxyConfig Config() =>
        new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"]);
}
