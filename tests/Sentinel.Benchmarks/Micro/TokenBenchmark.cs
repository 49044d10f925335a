using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Sentinel.Gateway.Authentication;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Rbac;
using Sentinel.Tests.Shared.Identity;

namespace Sentinel.Benchmarks.Micro;

/// <summary>Knowing a token again, beside checking it.</summary>
public class TokenBenchmark
{
    private const string Audience = "https://mcp.example.com/bench/mcp";

    private readonly MetadataReader _reader = new();
    private TestIssuer _issuer = null!;
    private OidcIssuer _oidc = null!;
    private TokenCallers _callers = null!;
    private string _token = "";

    [Params("RS256", "ES256")]
    public string Algorithm { get; set; } = "";

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _issuer = await TestIssuer.StartAsync(Algorithm == "ES256" ? TestKey.Ecdsa() : TestKey.Rsa());
        var options = new IssuerOptions
        {
            Authority = _issuer.Authority,
            Audiences = [Audience],
            RequireHttpsMetadata = false,
        };
        var metrics = new IssuerMetrics(new UnheardMeters());
        var time = TimeProvider.System;
        var keys = new IssuerKeys(
            MetadataSource.Of(options), _reader, metrics, time, NullLogger<IssuerKeys>.Instance);
        var readers = new CallerReader(AccessPolicy.Compile(new RbacOptions()), new Dictionary<string, string>());
        _oidc = new OidcIssuer(options, keys, readers, time);
        _callers = new TokenCallers([_oidc], metrics, time);
        _token = _issuer.Token(Audience)
            .ExpiresIn(TimeSpan.FromHours(1))
            .With("roles", new JsonArray("reader", "another-role", "a-third-role"))
            .With("preferred_username", "somebody@example.com")
            .With("scope", "openid profile email tools:call")
            .With("jti", "c1d2e3f4-a5b6-4789-8abc-def012345678")
            .ToString();
        await _callers.ValidateAsync(_token, CredentialHash.Of(_token));
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _issuer.DisposeAsync();
        _reader.Dispose();
    }

    [Benchmark]
    public bool Remembered() => _callers.Find(CredentialHash.Of(_token)) is not null;

    [Benchmark]
    public async Task<bool> CheckedInFull()
    {
        var header = TokenHeader.Read(_token, out _, out _)!;
        return (await _oidc.ValidateAsync(_token, header, TokenClaims.Read(_token)!)).Caller is not null;
    }

    private sealed class UnheardMeters : IMeterFactory
    {
        private readonly Meter _meter = new("benchmark");

        public Meter Create(MeterOptions options) => _meter;

        public void Dispose() => _meter.Dispose();
    }
}
