using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Management.Api;

/// <summary>What viewers ask of the store: by connections of its own, and only so much at a time.</summary>
/// <remarks>
/// None of the writer's connections is taken, and of all viewers together no more questions reach the store than there
/// are places here, so that recording goes on whatever they ask. SQLite is asked on threads of its own.
/// </remarks>
internal sealed class StoreQuestions(ConfigurationSource configuration, AuditChannel audit) : IAsyncDisposable
{
    private const int PagesMax = 3;
    private const int ExportsMax = 2;
    private const int WaitingMax = 32;

    /// <summary>How long the store may work on one step; PostgreSQL holds to it.</summary>
    private static readonly TimeSpan StepMax = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private readonly Lock _opening = new();
    private readonly SemaphoreSlim _pages = new(PagesMax);
    private readonly SemaphoreSlim _exports = new(ExportsMax);
    private readonly SemaphoreSlim _tails = new(1);
    private readonly SemaphoreSlim _verification = new(1);
    private IAuditReader? _reader;
    private int _waiting;

    /// <summary>Whether there is a store at all.</summary>
    public bool HasStore => audit.IsEnabled;

    /// <exception cref="AuditConfigurationException">There is no store.</exception>
    public IAuditReader Reader
    {
        get
        {
            if (!HasStore)
            {
                throw new AuditConfigurationException("Nothing is recorded.");
            }

            lock (_opening)
            {
                var options = configuration.AtStart.Sentinel.Audit;
                const int Connections = PagesMax + ExportsMax + 2;
                return _reader ??= AuditReader.Open(
                    options with { Postgres = options.Postgres with { MaxConnections = Connections } },
                    timeout: StepMax,
                    isInServer: true);
            }
        }
    }

    /// <summary>A place for a page, figures, or the like; waits a while for it.</summary>
    /// <returns>To be disposed; null where too much is asked already.</returns>
    public async Task<IDisposable?> EnterAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Interlocked.Increment(ref _waiting) <= WaitingMax
                && await _pages.WaitAsync(WaitMax, cancellationToken)
                    ? new Place(_pages)
                    : null;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>A place for an export, which may take long; null where there is none.</summary>
    public IDisposable? TryEnterExport() => _exports.Wait(0) ? new Place(_exports) : null;

    /// <summary>The place for a verification; null where one runs.</summary>
    public IDisposable? TryEnterVerification() => _verification.Wait(0) ? new Place(_verification) : null;

    /// <summary>The place for one step of following, which all streams take in turns.</summary>
    public async Task<IDisposable> EnterTailAsync(CancellationToken cancellationToken)
    {
        await _tails.WaitAsync(cancellationToken);
        return new Place(_tails);
    }

    public ValueTask DisposeAsync()
    {
        _pages.Dispose();
        _exports.Dispose();
        _tails.Dispose();
        _verification.Dispose();
        return _reader?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        private SemaphoreSlim? _places = places;

        public void Dispose() => Interlocked.Exchange(ref _places, null)?.Release();
    }
}
