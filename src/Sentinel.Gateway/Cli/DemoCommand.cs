using System.CommandLine;
using System.Security.Cryptography;
using Sentinel.Gateway.Cli.Demo;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Hosting;

namespace Sentinel.Gateway.Cli;

/// <summary><c>sentinel demo</c>: server, gateway and store on one machine, with nothing installed.</summary>
internal static class DemoCommand
{
    private static readonly (string Title, DemoCall Call)[] Tour =
    [
        ("alice searches, which her role allows",
            new(DemoConfiguration.AnalystToken, "search_notes", """{"word":"audit"}""")),
        ("bob deletes, which his role does not", new(DemoConfiguration.GuestToken, "delete_note", """{"id":7}""")),
        ("alice prints, which fails in the tool", new(DemoConfiguration.AnalystToken, "print_note", """{"id":7}""")),
    ];

    public static Command Create()
    {
        var command = new Command("demo", "A complete tour on this machine; nothing needs to be installed.")
        {
            SharedOptions.Urls,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("sentinel-demo-");
        try
        {
            return await RunAsync(
                folder.FullName,
                result.GetRequiredValue(SharedOptions.Urls),
                result.InvocationConfiguration.Output,
                cancellationToken);
        }
        catch (StartupException exception)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<int> RunAsync(
        string folder,
        string urls,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        var store = Path.Combine(folder, "audit.db");
        var config = Path.Combine(folder, "proxy.json");
        await using var server = await DemoServer.StartAsync(cancellationToken);
        await File.WriteAllTextAsync(config, DemoConfiguration.Write(server.Urls.First(), store), cancellationToken);

        // Without this machine's own settings, so that the tour is the same everywhere.
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [DemoConfiguration.SessionKeysVariable] =
                RandomNumberGenerator.GetHexString(2 * SessionKeyReader.KeyBytes),
        };
        await using var app = await Startup.StartAsync(config, urls, environment, cancellationToken);
        var (traffic, management) = GatewayHost.Addresses(app);

        await PrintTourAsync(traffic[0] + "/notes/mcp", store, output, cancellationToken);
        await output.WriteLineAsync($"  {management}/ in a browser: sign in with {DemoConfiguration.ViewerToken}\n");
        await output.WriteLineAsync("Serving until Ctrl+C.");
        await output.FlushAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }

    private static async Task PrintTourAsync(
        string url,
        string store,
        TextWriter output,
        CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        await output.WriteLineAsync("\nThree calls through Sentinel:");
        foreach (var (title, call) in Tour)
        {
            await output.WriteLineAsync($"\n  {title}: notes/{call.Tool}");
            await output.WriteLineAsync($"    {await call.MakeAsync(http, url, cancellationToken)}");
        }

        await output.WriteLineAsync("\nThe rows they left in audit_log:\n");
        foreach (var row in await DemoRows.ReadAsync(store, Tour.Length, cancellationToken))
        {
            await output.WriteLineAsync($"  {row}");
        }

        await output.WriteLineAsync("\nGo on with:\n");
        foreach (var (_, call) in Tour)
        {
            await output.WriteLineAsync($"  {call.ToCurl(url)}\n");
        }

        await output.WriteLineAsync($"  sqlite3 {store} 'SELECT * FROM audit_log'\n");
    }
}
