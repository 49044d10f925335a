using System.Text.Json;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Backends;

namespace Sentinel.Gateway.Forwarding;

/// <summary>One grant's token: any number of calls share it, and one fetch when it has to be renewed.</summary>
internal sealed partial class SharedToken(
    ClientCredentialsGrant grant,
    TokenEndpoint endpoint,
    TimeProvider time,
    ILogger logger)
{
    /// <summary>How long after a failed fetch calls fail at once, rather than ask again.</summary>
    public static readonly TimeSpan RetryGap = TimeSpan.FromSeconds(1);

    /// <summary>How old a token is at least when a backend's refusal costs it its place.</summary>
    /// <remarks>A backend that refuses every token must not turn each call into a fetch.</remarks>
    public static readonly TimeSpan RejectGap = TimeSpan.FromSeconds(10);

    private readonly Lock _changing = new();
    private volatile AccessToken? _token;
    private Task<AccessToken?>? _fetching;
    private long? _failedAt;

    public ValueTask<AccessToken?> GetAsync(CancellationToken cancellationToken)
    {
        var token = _token;
        var age = token is null ? TimeSpan.MaxValue : time.GetElapsedTime(token.RequestedAt);
        if (token is not null && age < token.RenewAfter)
        {
            return new(token);
        }

        var fetching = Fetch();
        if (token is not null && age < token.ExpiresAfter)
        {
            // Still good: the new one is fetched beside the call.
            return new(token);
        }

        // The fetch is everybody's, and has a time limit of its own; only the waiting is this call's.
        return fetching is null ? default : new(fetching.WaitAsync(cancellationToken));
    }

    public void Reject()
    {
        lock (_changing)
        {
            if (_token is { } token && time.GetElapsedTime(token.RequestedAt) >= RejectGap)
            {
                _token = null;
            }
        }
    }

    // The fetch under way, or a new one; null where the last has failed just now.
    private Task<AccessToken?>? Fetch()
    {
        lock (_changing)
        {
            if (_fetching is null && (_failedAt is not { } failedAt || time.GetElapsedTime(failedAt) >= RetryGap))
            {
                _fetching = FetchAsync();
            }

            return _fetching;
        }
    }

    private async Task<AccessToken?> FetchAsync()
    {
        // The lock is the caller's; nothing of the fetch happens under it.
        await Task.Yield();
        AccessToken? token = null;
        try
        {
            token = await endpoint.RequestAsync(grant);
        }
        catch (OperationCanceledException)
        {
            LogFailed(logger, grant, $"no answer within {grant.Timeout.TotalSeconds} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or TokenEndpointException or JsonException)
        {
            LogFailed(logger, grant, FaultText.OneLine(exception.Message));
        }
        finally
        {
            lock (_changing)
            {
                _token = token ?? _token;
                _failedAt = token is null ? time.GetTimestamp() : null;
                _fetching = null;
            }
        }

        return token;
    }

    [LoggerMessage(
        8020,
        LogLevel.Warning,
        "No token for a backend could be had for {Grant}: {Problem}. Calls that need one are refused; the next asks "
        + "again.")]
    private static partial void LogFailed(ILogger logger, ClientCredentialsGrant grant, string problem);
}
