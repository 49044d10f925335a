namespace Sentinel.Gateway.Authentication;

/// <summary>
/// The keys of one issuer: what was last published, fetched anew when it is time or a key is missing.
/// </summary>
/// <remarks>
/// Whatever asks for it, between the beginnings of two fetches lies <see cref="MetadataSource.RefreshGap"/>. A fetch
/// that fails changes nothing: the keys that are known go on.
/// </remarks>
internal sealed partial class IssuerKeys(
    MetadataSource source,
    MetadataReader reader,
    IssuerMetrics metrics,
    TimeProvider time,
    ILogger<IssuerKeys> logger)
{
    private static readonly TimeSpan FailureLogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private volatile KeySet? _current;
    private Task? _running;
    private DateTimeOffset? _attemptedAt;
    private DateTimeOffset? _fetchedAt;
    private DateTimeOffset? _failureLoggedAt;
    private bool _failedLast;

    public MetadataSource Source => source;

    /// <summary>
    /// What is known now; null before the first success. Another object only where the content differs.
    /// </summary>
    public KeySet? Current => _current;

    /// <summary>Whether a fetch is due by the clock, without anybody asking.</summary>
    public bool IsDue
    {
        get
        {
            lock (_lock)
            {
                var wait = _failedLast || _current is null ? source.RefreshGap : source.RefreshInterval;
                return _running is null && (_attemptedAt is not { } at || time.GetUtcNow() - at >= wait);
            }
        }
    }

    /// <summary>How old the knowledge is; null before the first success.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (_lock)
            {
                return _fetchedAt is { } at ? time.GetUtcNow() - at : null;
            }
        }
    }

    /// <summary>The keys; where there are none yet, after trying to fetch them.</summary>
    public async ValueTask<KeySet?> GetAsync()
    {
        if (_current is null)
        {
            await RefreshAsync();
        }

        return _current;
    }

    /// <summary>
    /// Fetches, unless a fetch began less than the gap ago; joins one that is under way. Never throws.
    /// </summary>
    public Task RefreshAsync()
    {
        lock (_lock)
        {
            if (_running is not null)
            {
                return _running;
            }

            var now = time.GetUtcNow();
            if (_attemptedAt is { } at && now - at < source.RefreshGap)
            {
                return Task.CompletedTask;
            }

            _attemptedAt = now;
            return _running = FetchAsync();
        }
    }

    private async Task FetchAsync()
    {
        // The caller holds the lock until the task is known.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        KeySet? fetched = null;
        Exception? failure = null;
        try
        {
            fetched = await reader.ReadAsync(source);
        }
        // Anything an issuer sends can go wrong in any way, and nothing of it may end more than this fetch.
        catch (Exception e)
        {
            failure = e;
        }

        metrics.CountRefresh(source.Address, failure is null);
        lock (_lock)
        {
            _running = null;
            if (fetched is not null)
            {
                Keep(fetched);
            }
            else
            {
                Fail(failure!);
            }
        }
    }

    private void Keep(KeySet fetched)
    {
        _fetchedAt = time.GetUtcNow();
        if (_failedLast)
        {
            LogRecovered(source.Address);
        }

        (_failedLast, _failureLoggedAt) = (false, null);
        if (_current is null || !_current.HasSameContent(fetched))
        {
            _current = fetched;
            LogChanged(source.Address, fetched.Count);
        }
    }

    private void Fail(Exception failure)
    {
        _failedLast = true;
        var now = time.GetUtcNow();
        if (_failureLoggedAt is { } at && now - at < FailureLogInterval)
        {
            return;
        }

        _failureLoggedAt = now;
        var why = Configuration.FaultText.OneLine((failure.InnerException ?? failure).Message);
        if (_current is null)
        {
            LogNeverFetched(source.Address, why);
        }
        else
        {
            LogFetchFailed(source.Address, why);
        }
    }

    [LoggerMessage(2002, LogLevel.Information, "The keys at {Address} are known or have changed; they are {Count}.")]
    private partial void LogChanged(string address, int count);

    [LoggerMessage(
        2003, LogLevel.Warning, "The keys at {Address} cannot be had: {Why}. No token of theirs is taken yet.")]
    private partial void LogNeverFetched(string address, string why);

    [LoggerMessage(2004, LogLevel.Warning, "The keys at {Address} cannot be had: {Why}. Those that are known go on.")]
    private partial void LogFetchFailed(string address, string why);

    [LoggerMessage(2005, LogLevel.Information, "The keys at {Address} can be had again.")]
    private partial void LogRecovered(string address);
}
