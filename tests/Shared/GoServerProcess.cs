namespace Sentinel.Tests.Shared;

/// <summary>A small MCP server on Go's encoding/json, which matches keys ignoring case; without sessions.</summary>
public sealed class GoServerProcess : ServerProcess
{
    private GoServerProcess(ChildProcess process, Uri url)
        : base(process, url)
    {
    }

    /// <summary>Builds it, which Go's cache makes quick, and starts it; ask <see cref="Requires.Go"/> first.</summary>
    public static async Task<GoServerProcess> StartAsync()
    {
        var executable = Artifacts.Cached("goserver");
        await BuildAsync(executable);
        var process = ChildProcess.Start(executable, ["-port", "0"]);
        return new GoServerProcess(process, await ListeningAsync(process));
    }

    private static async Task BuildAsync(string executable)
    {
        await using var build = ChildProcess.Start(
            "go",
            ["build", "-o", executable, "."],
            new Dictionary<string, string?> { ["GOPROXY"] = "off", ["GOTOOLCHAIN"] = "local", ["GOFLAGS"] = null },
            Artifacts.Source("tests/GoServer")
        );
        if (await build.WaitForExitAsync(TimeSpan.FromMinutes(2)) != 0)
        {
            throw new InvalidOperationException($"go build failed:\n{build.Output}");
        }
    }
}
