using System.Diagnostics.Metrics;
using Sentinel.Gateway.Authentication;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>The tokens of one issuer, judged without HTTP between, with a clock that stands still.</summary>
internal sealed class TokenBench : IAsyncDisposable
{
    public const string Audience = "https://mcp.example.com/a/mcp";
    public const int GapSeconds = 10;

    private readonly MetadataReader _reader = new();
    private readonly TestMeters _meters = new();

    private TokenBench(TestIssuer issuer, TestIssuer elsewhere, TestClock clock, int cachedMax)
    {
        Issuer = issuer;
        Elsewhere = elsewhere;
        Clock = clock;
        var options = new IssuerOptions
        {
            Authority = issuer.Authority,
            Audiences = [Audience],
            RequireHttpsMetadata = false,
            RefreshGapSeconds = GapSeconds,
        };
        var metrics = new IssuerMetrics(_meters);
        Keys = new IssuerKeys(MetadataSource.Of(options), _reader, metrics, clock, Log.For<IssuerKeys>());
        var callers = new CallerReader(
            AccessPolicy.Compile(new RbacOptions()), new Dictionary<string, string>(StringComparer.Ordinal));
        Tokens = new TokenCallers([new OidcIssuer(options, Keys, callers, clock)], metrics, clock, cachedMax);
    }

    public TestIssuer Issuer { get; }

    /// <summary>Another issuer, which nothing may lead to.</summary>
    public TestIssuer Elsewhere { get; }

    public TestKey Stranger { get; } = TestKey.Rsa();

    public TestClock Clock { get; }

    public LogSpy Log { get; } = new();

    public IssuerKeys Keys { get; }

    public TokenCallers Tokens { get; }

    /// <summary>How often a token was checked in full.</summary>
    public long Validations => _meters.Sum("sentinel.token.validations");

    public static async Task<TokenBench> StartAsync(
        TestKey? key = null,
        int cachedMax = TokenCallers.CachedMax)
    {
        var clock = new TestClock();
        return new TokenBench(
            await TestIssuer.StartAsync(key, clock), await TestIssuer.StartAsync(TestKey.Ecdsa(), clock), clock, cachedMax);
    }

    public TestToken Token(string subject = "alice") => Issuer.Token(Audience, subject);

    public Task<TokenVerdict> ValidateAsync(object token)
    {
        var text = token.ToString()!;
        return Tokens.ValidateAsync(text, CredentialHash.Of(text));
    }

    public Caller? Find(string token) => Tokens.Find(CredentialHash.Of(token));

    public async ValueTask DisposeAsync()
    {
        await Issuer.DisposeAsync();
        await Elsewhere.DisposeAsync();
        _reader.Dispose();
        _meters.Dispose();
        Stranger.Dispose();
    }

    /// <summary>Adds up counters of its own meters.</summary>
    private sealed class TestMeters : IMeterFactory
    {
        private readonly List<Meter> _made = [];
        private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);
        private readonly MeterListener _listener = new();

        public TestMeters()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (_made.Contains(instrument.Meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            {
                lock (_sums)
                {
                    _sums[instrument.Name] = _sums.GetValueOrDefault(instrument.Name) + value;
                }
            });
            _listener.Start();
        }

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _made.Add(meter);
            return meter;
        }

        public long Sum(string name)
        {
            lock (_sums)
            {
                return _sums.GetValueOrDefault(name);
            }
        }

        public void Dispose()
        {
            _listener.Dispose();
            _made.ForEach(meter => meter.Dispose());
        }
    }
}
