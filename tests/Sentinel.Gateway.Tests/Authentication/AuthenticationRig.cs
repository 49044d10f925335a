using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentinel.Gateway.Authentication;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Reload;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Hosting;
using Sentinel.Gateway.Inspection;
using Sentinel.Tests.Shared;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>
/// The gateway's stages up to authentication, over a real socket, with a clock that stands; who passes is told whom
/// the stage took him for.
/// </summary>
internal sealed partial class AuthenticationRig : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;
    private Uri _url = null!;

    public required TimeProvider Clock { get; init; }

    public LogSpy Log { get; } = new();

    public IServiceProvider Services => _app.Services;

    public static async Task<AuthenticationRig> StartAsync(ProxyConfig config, TimeProvider clock)
    {
        var rig = new AuthenticationRig { Clock = clock };
        var source = await ConfigurationSource.LoadAsync(
            config.WriteTo(rig._folder), new Dictionary<string, string>(), CancellationToken.None);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.AddProvider(rig.Log);
        builder.Services.AddSingleton(rig.Clock);
        builder.Services.AddSentinelConfiguration(source);
        builder.Services.AddSentinelAuthentication();
        builder.Services.AddAdmission();
        builder.Services.AddTelemetry();
        rig._app = builder.Build();
        rig._app.UseMiddleware<ExchangeMiddleware>();
        rig._app.UseMiddleware<RequestShapeMiddleware>();
        rig._app.UseMiddleware<AuthenticationMiddleware>();
        rig._app.Run(http => http.Response.WriteAsync(Describe(McpExchange.Of(http).Caller!)));
        await rig._app.StartAsync();
        rig._url = new Uri(rig._app.Urls.Single());
        return rig;
    }

    /// <summary>Sends these header lines as they are, a second after whatever was sent before.</summary>
    public async Task<RigAnswer> SendAsync(string target, params string[] headers)
    {
        // Of each reason there is one line a second.
        (Clock as TestClock)?.Advance(TimeSpan.FromSeconds(1));
        var logged = Log.WithId(2001).Count;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _url.Port);
        string[] lines = [$"POST {target} HTTP/1.1", $"Host: {_url.Authority}", "Connection: close", "Content-Length: 0"];
        var request = string.Join("\r\n", [.. lines, .. headers, "\r\n"]);
        await using var stream = client.GetStream();
        var answer = "";
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
            using var reader = new StreamReader(stream);
            answer = await reader.ReadToEndAsync();
        }
        catch (IOException) when (headers.Sum(h => h.Length) > 32 * 1024)
        {
            // Kestrel answers before it has read all of it, and closes.
        }

        var failures = Log.WithId(2001).Skip(logged).Select(message => message.Text).ToList();
        return new RigAnswer(
            Status().Match(answer).Groups["value"].Value,
            Challenge().Match(answer).Groups["value"].Value,
            string.Join("; ", failures),
            answer.Contains("HTTP/1.1 200 ", StringComparison.Ordinal) ? Body(answer) : null);
    }

    /// <summary>Puts another configuration in force, as a change of the file does.</summary>
    public async Task ReloadAsync(ProxyConfig config)
    {
        config.WriteTo(_folder);
        var source = Services.GetRequiredService<ConfigurationSource>();
        var version = source.Current.Version;
        await Eventually.TrueAsync(
            () =>
            {
                (Clock as TestClock)!.Advance(ConfigurationWatcher.Interval);
                return source.Current.Version > version;
            },
            "The changed file is in force.");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    public static string Describe(Caller caller) =>
        $"{caller.Subject} [{caller.RoleText}] issuer={caller.Issuer} tenant={caller.Tenant} "
        + $"display={caller.Display} app={caller.App}";

    private static string Body(string answer) =>
        Chunk().Match(answer) is { Success: true } chunk ? chunk.Groups["value"].Value : answer.Split("\r\n\r\n")[1];

    [GeneratedRegex("^HTTP/1.1 (?<value>[0-9]+)", RegexOptions.None, 1000)]
    private static partial Regex Status();

    [GeneratedRegex("\r\nWWW-Authenticate: (?<value>[^\r]*)", RegexOptions.None, 1000)]
    private static partial Regex Challenge();

    [GeneratedRegex("\r\n\r\n[0-9a-f]+\r\n(?<value>.*)\r\n0\r\n", RegexOptions.Singleline, 1000)]
    private static partial Regex Chunk();
}

/// <summary>What a client and an operator saw of one request.</summary>
internal sealed record RigAnswer(string Status, string Challenge, string Logged, string? Caller);
