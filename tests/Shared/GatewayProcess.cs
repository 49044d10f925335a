using System.Text.RegularExpressions;

namespace Sentinel.Tests.Shared;

/// <summary>The gateway as it ships, in a process and a folder of its own.</summary>
public sealed partial class GatewayProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly IReadOnlyDictionary<string, string?>? _environment;

    private GatewayProcess(
        TemporaryFolder folder,
        ChildProcess process,
        IReadOnlyDictionary<string, string?>? environment,
        Uri url,
        Uri managementUrl
    )
    {
        _environment = environment;
        _folder = folder;
        Process = process;
        Url = url;
        ManagementUrl = managementUrl;
    }

    public ChildProcess Process { get; private set; }

    /// <summary>The traffic listener's origin, with a slash at the end.</summary>
    public Uri Url { get; }

    /// <summary>The management listener's origin, with a slash at the end.</summary>
    public Uri ManagementUrl { get; private set; }

    public string ConfigPath => _folder.File("proxy.json");

    /// <summary>Where the process was started, and with it every relative path of its configuration.</summary>
    public string Folder => _folder.Path;

    /// <summary>Starts <c>sentinel serve</c> on a free port and waits until both listeners are up.</summary>
    /// <param name="config">Its proxy.json.</param>
    /// <param name="environment">Its variables.</param>
    /// <param name="urls">Where it listens.</param>
    /// <param name="deadline">How long it may take to start.</param>
    /// <param name="files">What else stands in its folder, by name.</param>
    public static async Task<GatewayProcess> StartAsync(
        ProxyConfig config,
        IReadOnlyDictionary<string, string?>? environment = null,
        string urls = "http://127.0.0.1:0",
        TimeSpan? deadline = null,
        params (string Name, string Text)[] files
    )
    {
        var folder = new TemporaryFolder();
        ChildProcess? process = null;
        try
        {
            foreach (var (name, text) in files)
            {
                await File.WriteAllTextAsync(folder.File(name), text);
            }

            string[] arguments = ["serve", "--config", config.WriteTo(folder), "--urls", urls];
            process = Start(arguments, environment, folder.Path);
            var traffic = await process.WaitForMatchAsync(TrafficLine(), deadline);
            var management = await process.WaitForMatchAsync(ManagementLine(), deadline);
            return new GatewayProcess(folder, process, environment, Origin(traffic), Origin(management));
        }
        catch
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }

            folder.Dispose();
            throw;
        }
    }

    /// <summary>Kills it where it stands and starts it again, in the same folder and on the same port.</summary>
    /// <param name="meanwhile">What is done while it is not there.</param>
    public async Task KillAndRestartAsync(Func<Task>? meanwhile = null)
    {
        await KillAsync();
        await (meanwhile?.Invoke() ?? Task.CompletedTask);
        await StartAgainAsync();
    }

    /// <summary>Kills it where it stands, and returns once it is gone.</summary>
    public async Task KillAsync()
    {
        await Process.KillAsync();
        await Process.WaitForExitAsync();
    }

    /// <summary>Stops it as an orchestrator does (SIGTERM), and starts it again where it was once it has ended.</summary>
    public async Task StopAndRestartAsync()
    {
        await Process.TerminateAsync();
        await StartAgainAsync();
    }

    /// <summary>Starts it again once it has ended, in the same folder and on the same port.</summary>
    public async Task StartAgainAsync()
    {
        await Process.WaitForExitAsync();
        await Process.DisposeAsync();
        string[] arguments = ["serve", "--config", ConfigPath, "--urls", Url.GetLeftPart(UriPartial.Authority)];
        Process = Start(arguments, _environment, Folder);
        await Process.WaitForMatchAsync(TrafficLine());
        ManagementUrl = Origin(await Process.WaitForMatchAsync(ManagementLine()));
    }

    /// <summary>Starts any verb. Settings of the surrounding environment are kept out.</summary>
    public static ChildProcess Start(
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingDirectory = null
    )
    {
        var clean = Environment
            .GetEnvironmentVariables()
            .Keys.Cast<string>()
            .Where(IsSetting)
            .ToDictionary(name => name, _ => (string?)null);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            clean[name] = value;
        }

        return ChildProcess.StartDotnet(
            Artifacts.Built("Sentinel.Gateway", "sentinel.dll"),
            arguments,
            clean,
            workingDirectory
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }

    private static bool IsSetting(string name) =>
        name is "DATABASE_URL"
        || name.StartsWith("Sentinel_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("DOTNET_ENVIRONMENT", StringComparison.OrdinalIgnoreCase);

    private static Uri Origin(Match line) => new(line.Groups["origin"].Value + "/");

    [GeneratedRegex(@"Serving MCP on (?<origin>https?://[^\s/]+:\d+)", RegexOptions.None, 1000)]
    private static partial Regex TrafficLine();

    [GeneratedRegex(@"Management on (?<origin>https?://[^\s/]+:\d+)", RegexOptions.None, 1000)]
    private static partial Regex ManagementLine();
}
