using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>
/// A gateway whose callers are shown less than there is: <c>limited</c> sees tools whose name begins with <c>shown</c>.
/// </summary>
public sealed class ListGateway(Servers servers) : IAsyncLifetime
{
    public GatewayProcess Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Gateway = await GatewayProcess.StartAsync(new ProxyConfig()
            .Backend("raw", servers.Raw.Url)
            .Backend("sample", servers.Sample.Url)
            .Backend("sample-json", servers.SampleJson.Url)
            .ApiKey("tester", Servers.TesterKey, "tester")
            .ApiKey("limited", Servers.LimitedKey, "limited")
            .Role("tester", allow: ["*"])
            .Role("limited", allow: ["raw/shown*", "sample/*", "sample-json/e*"], deny: ["*/FAIL"]));

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();
}
