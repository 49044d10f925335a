namespace Sentinel.Tests.Shared;

/// <summary>The sample MCP server, on the official C# SDK.</summary>
public sealed class SampleServerProcess : ServerProcess
{
    private SampleServerProcess(ChildProcess process, Uri url)
        : base(process, url)
    {
    }

    /// <summary>Starts it on the loopback; <paramref name="answers"/> is <c>sse</c> or <c>json</c>.</summary>
    public static async Task<SampleServerProcess> StartAsync(
        string answers = "sse",
        string? logPath = null,
        int port = 0,
        string? name = null
    )
    {
        string[] log = logPath is null ? [] : ["--log", logPath];
        string[] named = name is null ? [] : ["--name", name];
        var process = ChildProcess.StartDotnet(
            Artifacts.Built("SampleServer", "SampleServer.dll"),
            ["--urls", $"http://127.0.0.1:{port}", "--answers", answers, "--exit-with-parent", .. log, .. named]
        );
        return new SampleServerProcess(process, await ListeningAsync(process));
    }
}
