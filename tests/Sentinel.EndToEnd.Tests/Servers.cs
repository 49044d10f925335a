using Sentinel.EndToEnd.Tests;
using Sentinel.Tests.Shared;
using Xunit;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Sentinel.EndToEnd.Tests;

/// <summary>
/// What all tests share: two sample servers, a backend to be scripted, and gateways before them that start when needed.
/// Tests tell their own traffic apart by a marker in the header <see cref="Marker"/>.
/// </summary>
public sealed class Servers : IAsyncLifetime
{
    public const string Marker = "X-Test";

    /// <summary>Of <c>key:tester</c>, who may call every tool.</summary>
    public const string TesterKey = "tester-key-0123456789abcdef";

    /// <summary>Of <c>key:limited</c>, who may call every tool of the sample server but <c>fail</c>.</summary>
    public const string LimitedKey = "limited-key-0123456789abcdef";

    private readonly Lazy<Task<GatewayProcess>> _gateway;
    private readonly Lazy<Task<GatewayProcess>> _openGateway;

    public Servers()
    {
        _gateway = new(() => GatewayProcess.StartAsync(Config()));
        _openGateway = new(() => GatewayProcess.StartAsync(Config().Anonymous("tester").Disable("sample/big")));
    }

    /// <summary>Behind <c>/sample</c>: answers with event streams.</summary>
    public SampleServerProcess Sample { get; private set; } = null!;

    /// <summary>Behind <c>/sample-json</c>: answers with single JSON bodies.</summary>
    public SampleServerProcess SampleJson { get; private set; } = null!;

    /// <summary>Behind <c>/raw</c>.</summary>
    public ScriptedBackend Raw { get; private set; } = null!;

    /// <summary>Silent since the tests began, through <see cref="Gateway"/>.</summary>
    public IdleStreams Idle { get; private set; } = null!;

    /// <summary>Admits the two keys and nobody else.</summary>
    public Task<GatewayProcess> Gateway => _gateway.Value;

    /// <summary>Admits strangers too, and has the sample server's <c>big</c> switched off.</summary>
    public Task<GatewayProcess> OpenGateway => _openGateway.Value;

    public async ValueTask InitializeAsync()
    {
        Sample = await SampleServerProcess.StartAsync("sse");
        SampleJson = await SampleServerProcess.StartAsync("json");
        Raw = await ScriptedBackend.StartAsync();
        Idle = IdleStreams.Open(Raw, Gateway);
    }

    public async ValueTask DisposeAsync()
    {
        await Idle.DisposeAsync();
        await DisposeIfStartedAsync(_gateway);
        await DisposeIfStartedAsync(_openGateway);
        await Raw.DisposeAsync();
        await SampleJson.DisposeAsync();
        await Sample.DisposeAsync();
    }

    private static async Task DisposeIfStartedAsync(Lazy<Task<GatewayProcess>> gateway)
    {
        // One that failed to start has cleaned up after itself and failed its tests.
        if (gateway is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await gateway.Value).DisposeAsync();
        }
    }

    internal ProxyConfig Config() =>
        new ProxyConfig()
            .Backend("sample", Sample.Url)
            .Backend("sample-json", SampleJson.Url)
            .Backend("raw", Raw.Url)
            .ApiKey("tester", TesterKey, "tester")
            .ApiKey("limited", LimitedKey, "limited")
            .Role("tester", allow: ["*", "prompt:*", "resource:*"])
            .Role("limited", allow: ["sample/*"], deny: ["sample/fail"]);
}
