using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Reload;
using Sentinel.Gateway.Hosting;
using Sentinel.Gateway.Management;
using Sentinel.Gateway.Management.Api;
using Sentinel.Tests.Shared;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>A gateway in this process, asked over its sockets; its endpoints are listed by itself.</summary>
internal sealed class ManagementRig : IAsyncDisposable
{
    public const string ViewerKey = "viewer-key-0123456789abcdef";
    public const string CallerKey = "caller-key-0123456789abcdef";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false });

    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    public ConfigurationSource Source { get; private set; } = null!;

    public LogSpy Log { get; } = new();

    public Uri Management { get; private set; } = null!;

    public Uri Traffic { get; private set; } = null!;

    public IReadOnlyList<ApiEndpoint> Endpoints => _app.Services.GetRequiredService<ApiEndpoints>().All;

    public IServiceProvider Services => _app.Services;

    public static async Task<ManagementRig> StartAsync(
        Action<ProxyConfig>? change = null,
        IReadOnlyDictionary<string, string>? environment = null,
        Action<IServiceCollection>? replace = null)
    {
        var rig = new ManagementRig();
        var config = Config();
        rig.Place(config);
        change?.Invoke(config);
        rig.Source = await ConfigurationSource.LoadAsync(
            config.WriteTo(rig._folder), environment ?? new Dictionary<string, string>(), CancellationToken.None);
        rig._app = GatewayHost.Build(rig.Source, Listeners.Parse("http://127.0.0.1:0"), services =>
        {
            services.AddSingleton<ILoggerProvider>(rig.Log);
            services.AddSingleton(new StaticPage(typeof(ManagementRig).Assembly));
            replace?.Invoke(services);
        });
        await rig._app.StartAsync();
        var (traffic, management) = GatewayHost.Addresses(rig._app);
        rig.Traffic = new Uri(traffic[0]);
        rig.Management = new Uri(management);
        return rig;
    }

    /// <summary>A proxy.json with one viewer and one caller that is none.</summary>
    public static ProxyConfig Config()
    {
        var config = new ProxyConfig()
            .Backend("github", new Uri("http://127.0.0.1:9/"))
            .ApiKey("ann", ViewerKey, "auditor")
            .ApiKey("bot", CallerKey, "caller")
            .Anonymous("guest")
            .Role("auditor", [])
            .Role("caller", ["github/*"])
            .Role("guest", []);
        config.Sentinel[nameof(Management)]!["ViewerRoles"] = new JsonArray("auditor");
        return config;
    }

    /// <summary>Has another configuration in force once it returns.</summary>
    public async Task ReloadAsync(ProxyConfig config)
    {
        Place(config);
        config.WriteTo(_folder);
        var result = await Source.ReadNextAsync(await ConfigurationFile.LookAsync(Source.Path, CancellationToken.None));
        Source.Publish(result.Snapshot ?? throw new InvalidOperationException(string.Join('\n', result.Faults)));
    }

    /// <summary>Signs in, and gives the cookie as it is sent back.</summary>
    public async Task<string> SignInAsync(string credential = ViewerKey)
    {
        using var response = await SendAsync(
            "POST", "/api/session", body: new JsonObject { ["credential"] = credential }.ToJsonString());
        return response.StatusCode == HttpStatusCode.OK
            ? response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]
            : throw new InvalidOperationException(await response.Content.ReadAsStringAsync());
    }

    public async Task<HttpResponseMessage> SendAsync(
        string method,
        string path,
        string? cookie = null,
        string? body = null,
        string? contentType = "application/json",
        Uri? origin = null,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(origin ?? Management, path));
        if (body is not null || method is "POST" or "DELETE")
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body ?? ""));
            request.Content.Headers.ContentType =
                contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        if (cookie is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The status and the body's code, where it is an error.</summary>
    public static async Task<(int Status, string? Code)> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync();
            var code = response.Content.Headers.ContentType?.MediaType == "application/json" && text.Length > 0
                ? JsonNode.Parse(text)?["error"]?["code"]?.GetValue<string>()
                : null;
            return ((int)response.StatusCode, code);
        }
    }

    /// <summary>Sends these lines as they are, and gives the answer's status.</summary>
    public async Task<string> SendRawAsync(params string[] lines)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Management.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Join("\r\n", [.. lines, "Connection: close", "", ""])));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private void Place(ProxyConfig config)
    {
        config.AuditToSqlite(_folder.File("audit.db"));
        config.Sentinel["Audit"]!["Guarantee"] = "BestEffort";
        config.Sentinel["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 0, ["DrainSeconds"] = 1 };
    }
}
