using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Reload;
using Sentinel.Gateway.Hosting;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Hosting;

/// <summary>
/// Two valid configurations, and broken ones, follow each other under a thousand calls. Whatever serves a call, it is
/// one of the two, whole: its routes, its key, its role, its rules.
/// </summary>
/// <remarks>
/// Each of the two sends the same path to a backend of its own, gives the same key a role of its own, and lets that
/// role call <c>echo</c> there and <c>secret</c> at the other's backend only. So the routes of one with the keys or the
/// rules of the other would refuse an echo or forward a secret, and both are seen.
/// </remarks>
public sealed class ReloadUnderLoadTests : IAsyncLifetime
{
    private const int InFlight = 1000;
    private const string Served = """{"jsonrpc":"2.0","id":1,"result":{"served":true}}""";
    private const string Key = "reload-key-0123456789abcdef";

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(12);

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentBag<string> _wrong = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 4 * InFlight });
    private readonly int _seed = Random.Shared.Next();
    private ScriptedBackend _alpha = null!;
    private ScriptedBackend _beta = null!;
    private ChangingFile _file = null!;
    private int _held;
    private int _heldMost;
    private int _answered;
    private int _refused;

    public async ValueTask InitializeAsync()
    {
        _alpha = await ScriptedBackend.StartAsync(http => AnswerAsync(http, "alpha"));
        _beta = await ScriptedBackend.StartAsync(http => AnswerAsync(http, "beta"));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _alpha.DisposeAsync();
        await _beta.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_request_is_served_by_one_whole_configuration_and_nothing_is_ever_open()
    {
        var path = _folder.File("proxy.json");
        string[] valid = [Config("alpha"), Config("beta")];
        await File.WriteAllTextAsync(path, valid[0]);
        _file = new ChangingFile(path, valid, Broken(valid[1]), _seed);
        var source = await ConfigurationSource.LoadAsync(path, new Dictionary<string, string>(), default);
        await using var app = GatewayHost.Build(source, Listeners.Parse("http://127.0.0.1:0"), UseQuickTimers);
        await app.StartAsync();
        var url = new Uri(GatewayHost.Addresses(app).Traffic[0] + "/x/mcp");
        using var stop = new CancellationTokenSource(Duration);

        var calling = Enumerable.Range(0, InFlight).Select(i => CallAsync(url, i, stop.Token)).ToList();
        await _file.ChangeAsync(TimeSpan.FromMilliseconds(50), changesInPassage: 20, stop.Token);
        await Task.WhenAll(calling);

        var run = $"seed {_seed}: {_file.Changes} changes, {source.Current.Version} configurations, "
            + $"{_answered} calls answered, {_refused} refused, {_heldMost} at once";
        TestContext.Current.TestOutputHelper?.WriteLine(run);
        Assert.True(_wrong.IsEmpty, $"{run}\n{string.Join('\n', _wrong.Take(10))}");
        Assert.True(source.Current.Version >= 10 && _heldMost >= InFlight * 9 / 10 && _refused >= InFlight, run);
        await app.StopAsync(new CancellationToken(canceled: true));
    }

    private static void UseQuickTimers(IServiceCollection services)
    {
        services.AddSingleton<TimeProvider>(
            new QuickTimers(ConfigurationWatcher.Interval, TimeSpan.FromMilliseconds(20)));

        // Every broken file is an error line.
        services.RemoveAll<ILoggerProvider>();
    }

    private string Config(string backend)
    {
        var other = backend == "alpha" ? "beta" : "alpha";
        var config = new ProxyConfig()
            .Backend(backend, backend == "alpha" ? _alpha.Url : _beta.Url)
            .ApiKey("caller", Key, $"role-{backend}")
            .Role($"role-{backend}", allow: [$"{backend}/echo", $"{other}/secret"]);
        var route = config.ReverseProxy["Routes"]![backend]!;
        route["Match"]!["Path"] = "/x/{**rest}";
        route["Transforms"]![0]!["PathRemovePrefix"] = "/x";
        return config.ToJson();
    }

    // Each of them would open something, were it half-believed.
    private static string[] Broken(string valid)
    {
        var open = JsonNode.Parse(valid)!;
        open["Sentinel"]!["Authentication"]!["Anonymous"] = new JsonObject { ["Roles"] = new JsonArray("open") };
        open["Sentinel"]!["Rbac"]!["Roles"]!["open"] = new JsonObject { ["Allow"] = new JsonArray("*") };
        open["Sentinel"]!["Rbac"]!["Unknown"] = true;
        var withoutAuthentication = JsonNode.Parse(valid)!;
        withoutAuthentication["Sentinel"]!.AsObject().Remove("Authentication");
        var withoutSentinel = JsonNode.Parse(valid)!.AsObject();
        withoutSentinel.Remove("Sentinel");
        var withoutRoutes = JsonNode.Parse(valid)!;
        withoutRoutes["ReverseProxy"]!["Routes"] = new JsonObject();
        return
        [
            open.ToJsonString(), withoutAuthentication.ToJsonString(), withoutSentinel.ToJsonString(),
            withoutRoutes.ToJsonString(), "{}", "null", valid[..^3], valid + "}",
        ];
    }

    private async Task CallAsync(Uri url, int number, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await ExpectAsync(url, "echo", Key, 200, Served);
            if (number % 4 == 0)
            {
                await ExpectAsync(url, "echo", null, 401, "unauthenticated");
            }

            await ExpectAsync(url, "secret", Key, 200, "Permission denied for tool: secret");
        }
    }

    private async Task ExpectAsync(Uri url, string tool, string? key, int status, string text)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        var body = """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{},"name":"TOOL"}}"""
            .Replace("TOOL", tool, StringComparison.Ordinal);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        try
        {
            using var response = await _http.SendAsync(request);
            var answer = await response.Content.ReadAsStringAsync();
            Interlocked.Increment(ref text == Served ? ref _answered : ref _refused);
            if ((int)response.StatusCode != status || !answer.Contains(text, StringComparison.Ordinal))
            {
                _wrong.Add($"{tool} with {key ?? "no key"}: HTTP {(int)response.StatusCode} {answer}");
            }
        }
        catch (HttpRequestException exception)
        {
            _wrong.Add($"{tool}: {exception.Message}");
        }
    }

    // Holds each call until many changes of the file have come and gone.
    private async Task AnswerAsync(HttpContext http, string backend)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body);
        var tool = body.RootElement.GetProperty("params").GetProperty("name").GetString();
        var roles = http.Request.Headers["Sentinel-Roles"].ToString();
        if (tool != "echo" || roles != $"role-{backend}")
        {
            _wrong.Add($"{backend} was asked for {tool} by {roles}");
        }

        var held = Interlocked.Increment(ref _held);
        InterlockedMax(ref _heldMost, held);
        await _file.FurtherChanges.WaitAsync(http.RequestAborted);
        Interlocked.Decrement(ref _held);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(Served);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }
}
