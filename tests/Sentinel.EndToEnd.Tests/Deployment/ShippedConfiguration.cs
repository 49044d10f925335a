using Xunit;

namespace Sentinel.EndToEnd.Tests.Deployment;

/// <summary>The proxy.json files of deploy/, judged by the gateway itself.</summary>
internal static class ShippedConfiguration
{
    private static readonly Dictionary<string, string?> Environment =
        new() { ["SENTINEL_SESSION_KEYS"] = new('7', 64), ["DATABASE_URL"] = "postgres://u:p@postgres/sentinel" };

    public static async Task AssertValidAsync(string path)
    {
        var (exitCode, output) = await Cli.RunAsync(["check", "--config", path], Environment);

        Assert.True(exitCode == 0, output);
        Assert.Contains(", 0 warnings", output, StringComparison.Ordinal);

        // What is there for replicas' sake must not be optional.
        var (without, _) = await Cli.RunAsync(["check", "--config", path]);
        Assert.Equal(1, without);
    }
}
