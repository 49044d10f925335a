using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Deployment;

/// <summary>The Dockerfile's build step, without a container around it.</summary>
[Collection(nameof(HeavyLoad))]
public sealed class ImageBuildTests
{
    private const string Run = "RUN dotnet publish ";

    [Fact]
    public async Task What_the_Dockerfile_copies_is_enough_to_publish_and_what_is_published_runs()
    {
        using var folder = new TemporaryFolder();
        var lines = await File.ReadAllLinesAsync(
            Artifacts.Source("deploy/Dockerfile"), TestContext.Current.CancellationToken);
        foreach (var line in lines.Where(line => line.StartsWith("COPY ", StringComparison.Ordinal)))
        {
            var words = line.Split(' ');
            foreach (var source in line.Contains("--from", StringComparison.Ordinal) ? [] : words[1..^1])
            {
                Directory.CreateDirectory(Path.GetDirectoryName(folder.File(source))!);
                await RunAsync("cp", ["-r", Artifacts.Source(source), folder.File(source)], folder.Path);
            }
        }

        var app = folder.File("app");
        string[] publish =
        [
            "publish",
            .. Assert.Single(lines, line => line.StartsWith(Run, StringComparison.Ordinal))[Run.Length..]
                .Split(' ')
                .Select(word => word == "/app" ? app : word),
        ];
        await RunAsync("dotnet", publish, folder.Path);

        var output = await RunAsync(
            "dotnet", [Path.Combine(app, "sentinel.dll"), "check", "--config", Artifacts.Source("proxy.json")], folder.Path);
        Assert.Contains("proxy.json is valid", output, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder)
    {
        // Nothing may go on running when it has ended.
        var environment = new Dictionary<string, string?>
        {
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",
        };
        await using var process = ChildProcess.Start(program, arguments, environment, folder);
        var exitCode = await process.WaitForExitAsync(TimeSpan.FromMinutes(5));
        Assert.True(exitCode == 0, process.Output);
        return process.Output;
    }
}
