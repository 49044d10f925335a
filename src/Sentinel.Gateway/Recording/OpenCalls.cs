using System.Collections.Concurrent;
using Sentinel.Audit;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Recording;

/// <summary>The open calls of all sessions of this replica.</summary>
/// <remarks>
/// Up to revision 2025-11-25 a server may end a call's stream and send the answer on another that the client opens, and
/// an HTTP+SSE server always does. Bounded: beyond <see cref="WaitingMax"/> calls or <see cref="WaitingBytesMax"/> of
/// arguments, a call is recorded at once without its answer.
/// </remarks>
internal sealed class OpenCalls(CallRecorder recorder, TimeProvider time) : IHostedService
{
    public const int WaitingMax = 10_000;
    public const long WaitingBytesMax = 64 * 1024 * 1024;

    private readonly ConcurrentDictionary<SessionKey, CallSession> _sessions = new();
    private int _waiting;
    private long _waitingBytes;
    private int _endpoints;

    /// <summary>Whether calls stay here until they are answered; else only until their own responses end.</summary>
    public bool IsComplete => recorder.IsEnabled;

    /// <summary>Sessions with something under way.</summary>
    public int Sessions => _sessions.Count;

    /// <summary>Calls that wait for an answer on another stream than their own.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public long Now => time.GetTimestamp();

    /// <summary>Takes up the calls of an exchange that names a session, before they are forwarded.</summary>
    /// <returns>The session; null where the exchange has none.</returns>
    public CallSession? Open(HttpContext context, McpExchange exchange)
    {
        if (SessionKey.Of(context, exchange) is { } key)
        {
            while (true)
            {
                var session = _sessions.GetOrAdd(key, static (k, owner) => new CallSession(owner, k), this);
                if (session.TryAdd(exchange))
                {
                    return session;
                }
            }
        }

        return EndpointOf(context, exchange) is { } endpoint && endpoint.TryAdd(exchange) ? endpoint : null;
    }

    /// <summary>The session that a request names, if anything of it is open here.</summary>
    public CallSession? Find(HttpContext context, McpExchange exchange) =>
        SessionKey.Of(context, exchange) is { } key
            ? _sessions.GetValueOrDefault(key)
            : EndpointOf(context, exchange);

    /// <summary>A stream of the session has begun, on which answers may come.</summary>
    public CallSession OpenStream(SessionKey key, bool canResume, bool isEndpoint)
    {
        while (true)
        {
            var session = _sessions.GetOrAdd(key, static (k, owner) => new CallSession(owner, k), this);
            if (session.TryOpenStream(canResume, isEndpoint))
            {
                Interlocked.Add(ref _endpoints, isEndpoint ? 1 : 0);
                return session;
            }
        }
    }

    /// <param name="session">What <see cref="OpenStream"/> gave.</param>
    /// <param name="canResume">As when the stream was opened.</param>
    /// <param name="isEndpoint">As when the stream was opened.</param>
    /// <param name="ending">How the stream ended, for calls that no other can answer.</param>
    public void CloseStream(CallSession session, bool canResume, bool isEndpoint, Verdict ending)
    {
        Interlocked.Add(ref _endpoints, isEndpoint ? -1 : 0);
        session.CloseStream(canResume, isEndpoint ? ending : null);
    }

    public TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    public ITimer StartTimer(TimerCallback expired, TimeSpan due) =>
        time.CreateTimer(expired, null, due, Timeout.InfiniteTimeSpan);

    public bool TryReserve(AuditEntry entry)
    {
        var waiting = Interlocked.Increment(ref _waiting);
        var bytes = Interlocked.Add(ref _waitingBytes, entry.RequestArgs.Length);
        if (waiting <= WaitingMax && bytes <= WaitingBytesMax)
        {
            return true;
        }

        Release(entry);
        return false;
    }

    public void Release(AuditEntry entry)
    {
        Interlocked.Decrement(ref _waiting);
        Interlocked.Add(ref _waitingBytes, -entry.RequestArgs.Length);
    }

    public void Remove(CallSession session) =>
        _sessions.TryRemove(new KeyValuePair<SessionKey, CallSession>(session.Key, session));

    /// <summary>Records a call that waited: by its answer, else by how the wait ended, else as it was before.</summary>
    public void Record(OpenCall open, Verdict? ending)
    {
        var verdict = open.Call.Answer is { } answer ? Verdicts.OfAnswer(answer) : ending;
        recorder.Record(verdict is null
            ? open.Entry!
            : open.Entry! with
            {
                Outcome = verdict.Outcome,
                Reason = verdict.Reason,
                ErrorCode = verdict.Code,
                ErrorMessage = verdict.Message,
                LatencyUs = open.Call.AnsweredUs ?? open.ElapsedUs,
            });
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var (_, session) in _sessions)
        {
            session.Stop(Verdict.GatewayStopped);
        }

        return Task.CompletedTask;
    }

    // Only while some HTTP+SSE stream is open need a request's path be looked up.
    private CallSession? EndpointOf(HttpContext context, McpExchange exchange)
    {
        if (Volatile.Read(ref _endpoints) == 0 || !HttpMethods.IsPost(context.Request.Method))
        {
            return null;
        }

        var request = context.Request;
        var endpoint = (request.PathBase + request.Path).ToUriComponent() + request.QueryString;
        return _sessions.GetValueOrDefault(SessionKey.OfEndpoint(exchange, endpoint));
    }
}
