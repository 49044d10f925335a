using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>What keeps a gateway from starting, and what does not.</summary>
public sealed class StartUpFaultTests(Servers servers)
{
    private static Dictionary<string, string?> OneSessionKey { get; } =
        new() { [ProxyConfig.SessionKeysVariable] = new('0', 64) };

    [Fact]
    public async Task With_audit_disabled_it_serves_and_makes_no_store()
    {
        await using var gateway = await GatewayProcess.StartAsync(
            Config().SessionKeys().Audit(new JsonObject { ["Enabled"] = false, ["Store"] = "Sqlite" }),
            OneSessionKey
        );

        Assert.Equal(200, await CallAsync(gateway));
        Assert.Equal(["proxy.json"], Directory.GetFileSystemEntries(gateway.Folder).Select(Path.GetFileName));
        Assert.DoesNotContain("warn:", gateway.Process.Output, StringComparison.Ordinal);
        Assert.Equal(200, (await Rpc.GetAsync(new Uri(gateway.Url, "healthz/ready"))).Status);
    }

    [Fact]
    public async Task With_the_postgres_url_unset_it_serves_and_warns()
    {
        await using var gateway = await GatewayProcess.StartAsync(
            Config().SessionKeys().AuditToPostgres(), OneSessionKey);

        Assert.Equal(200, await CallAsync(gateway));
        var warning = Assert.Single(gateway.Process.Lines, line => line.Contains("warn:", StringComparison.Ordinal));
        Assert.EndsWith(" Postgres URL not set, audit logging disabled", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_postgres_unreachable_it_serves_and_writes_once_there_is_one()
    {
        Requires.Postgres();
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        await server.StopAsync();
        await using var gateway = await GatewayProcess.StartAsync(
            Config().AuditToPostgres(),
            Postgres.Environment(server, database)
        );

        Assert.Equal(200, await CallAsync(gateway));
        await gateway.Process.WaitForLineAsync(line => line.Contains("The audit store PostgreSQL failed", StringComparison.Ordinal));
        Assert.Equal(200, (await Rpc.GetAsync(new Uri(gateway.Url, "healthz/ready"))).Status);
        await server.StartAsync();

        await AuditTable.Of(server, database).HasRowsAsync(1, TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task With_a_folder_in_place_of_the_audit_database_it_ends_and_says_which_setting()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("taken"));

        var (exitCode, output) = await ServeAsync(Config().AuditToSqlite("taken"), folder);

        Assert.Equal(1, exitCode);
        Assert.Contains("Sentinel.Audit.Sqlite.Path", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_its_port_in_use_it_ends_and_names_the_address()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var folder = new TemporaryFolder();
        var address = $"http://{listener.LocalEndpoint}";

        var (exitCode, output) = await ServeAsync(Config(), folder, address);

        Assert.Equal(1, exitCode);
        Assert.Contains(address, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:8080")]
    [InlineData("https://127.0.0.1:0")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("")]
    public async Task With_an_address_that_cannot_be_listened_on_it_ends_and_names_it(string urls)
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await ServeAsync(Config(), folder, urls);

        Assert.Equal(1, exitCode);
        Assert.Contains(urls.Length == 0 ? "--urls" : urls, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_faulty_configuration_it_ends_and_shows_every_fault_with_its_path()
    {
        var config = Config().Role("broken", allow: ["no-slash-[", "sample/*"]);
        config.Sentinel["Audti"] = new JsonObject();
        config.Sentinel["Shutdown"] = new JsonObject { ["DrainSeconds"] = "soon" };
        config.ReverseProxy["Routes"]!["sample"]!["ClusterId"] = "nowhere";
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await ServeAsync(config, folder);

        Assert.Equal(1, exitCode);
        Snapshot.Match(Neutral(output, folder));
    }

    [Fact]
    public async Task With_a_configuration_that_is_cut_off_it_ends_and_shows_where()
    {
        using var folder = new TemporaryFolder();
        var json = Config().ToJson();
        await File.WriteAllTextAsync(folder.File("proxy.json"), json[..(json.Length / 2)], TestContext.Current.CancellationToken);

        var (exitCode, output) = await Cli.RunAsync(["serve", "--urls", "http://127.0.0.1:0"], workingDirectory: folder.Path);

        Assert.Equal(1, exitCode);
        Snapshot.Match(Neutral(output, folder));
    }

    [Fact]
    public async Task Without_a_configuration_it_ends_and_says_how_to_name_one()
    {
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await Cli.RunAsync(["--urls", "http://127.0.0.1:0"], workingDirectory: folder.Path);

        Assert.Equal(1, exitCode);
        Snapshot.Match(Neutral(output, folder));
    }

    [Fact]
    public async Task Without_authentication_it_ends_and_says_how_to_open_it_on_purpose()
    {
        var config = Config();
        config.Sentinel.Remove("Authentication");
        using var folder = new TemporaryFolder();

        var (exitCode, output) = await ServeAsync(config, folder);

        Assert.Equal(1, exitCode);
        Snapshot.Match(Neutral(output, folder));
    }

    private static Task<(int ExitCode, string Output)> ServeAsync(
        ProxyConfig config,
        TemporaryFolder folder,
        string urls = "http://127.0.0.1:0"
    ) => Cli.RunAsync(["serve", "--config", config.WriteTo(folder), "--urls", urls], workingDirectory: folder.Path);

    private static string Neutral(string output, TemporaryFolder folder) =>
        output.Replace(folder.Path, "{folder}", StringComparison.Ordinal);

    private static async Task<int> CallAsync(GatewayProcess gateway) =>
        (await Rpc.CallAsync(new Uri(gateway.Url, "sample/mcp"), Servers.TesterKey, "echo", """{"text":"x"}""")).Status;

    private ProxyConfig Config() =>
        new ProxyConfig()
            .Backend("sample", servers.Sample.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"]);
}
