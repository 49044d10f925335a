using Sentinel.Audit;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;

namespace Sentinel.Gateway.Recording;

/// <summary>
/// The open calls of one session: their answers may come on another stream than their own, and a notification may
/// cancel them.
/// </summary>
/// <remarks>
/// Whoever takes a call out of the list, under the lock, records it: so each is recorded once, whether its own
/// response, another stream, a cancellation, the clock or the stop of the gateway ends it.
/// </remarks>
internal sealed class CallSession(OpenCalls owner, SessionKey key)
{
    private readonly Lock _lock = new();
    private readonly List<OpenCall> _calls = [];
    private int _streams;
    private int _resuming;
    private bool _isRetired;

    public SessionKey Key => key;

    /// <summary>Whether this is the session of an HTTP+SSE server, whose one stream brings every answer.</summary>
    public bool IsEndpoint { get; private set; }

    /// <summary>Whether a call of it has no answer yet.</summary>
    public bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return _calls.Count > 0;
            }
        }
    }

    /// <summary>Takes up the calls before they are forwarded, for an answer may overtake the response.</summary>
    /// <returns>False when the session has just been retired; get another.</returns>
    public bool TryAdd(McpExchange exchange)
    {
        lock (_lock)
        {
            foreach (var call in exchange.Calls)
            {
                if (!_isRetired && Find(call) is null)
                {
                    _calls.Add(new OpenCall(call, exchange));
                }
            }

            return !_isRetired;
        }
    }

    /// <param name="canResume">Whether the stream was asked to bring what an earlier one left out.</param>
    /// <param name="isEndpoint">Whether this is an HTTP+SSE server's one stream.</param>
    /// <returns>False when the session has just been retired; get another.</returns>
    public bool TryOpenStream(bool canResume, bool isEndpoint)
    {
        lock (_lock)
        {
            if (_isRetired)
            {
                return false;
            }

            IsEndpoint |= isEndpoint;
            _streams++;
            _resuming += canResume ? 1 : 0;
            return true;
        }
    }

    /// <param name="canResume">As when the stream was opened.</param>
    /// <param name="ending">What to say of calls that no other stream can answer; null where another may.</param>
    public void CloseStream(bool canResume, Verdict? ending)
    {
        lock (_lock)
        {
            _streams--;
            _resuming -= canResume ? 1 : 0;
            for (var i = _calls.Count - 1; i >= 0; i--)
            {
                _calls[i].WaitsSince = owner.Now;
                if (IsEndpoint && ending is not null && _calls[i].Entry is not null)
                {
                    Finish(_calls[i], ending);
                }
            }

            Retire();
        }
    }

    /// <summary>Takes the response that a stream of the session has brought, for whichever open call it is.</summary>
    public void TakeAnswer(ResponseObserver observer)
    {
        lock (_lock)
        {
            foreach (var open in _calls)
            {
                if (!observer.Id.Is(open.Call.Message.Id!))
                {
                    continue;
                }

                open.Call.TakeAnswer(observer.ToAnswer(), open.ElapsedUs);
                if (open.Entry is not null)
                {
                    Finish(open, null);
                }

                break;
            }

            Retire();
        }
    }

    /// <summary>Marks the call with that id as cancelled by its client.</summary>
    public void Cancel(JsonRpcId id)
    {
        lock (_lock)
        {
            foreach (var open in _calls)
            {
                if (!id.Equals(open.Call.Message.Id!.Value, open.Call.Message.Id.IsString))
                {
                    continue;
                }

                open.Call.IsCancelled = true;
                if (open.Entry is not null)
                {
                    Finish(open, Verdict.Cancelled);
                }

                break;
            }

            Retire();
        }
    }

    /// <summary>The call's own response has ended: either it waits on, or it leaves the session.</summary>
    /// <returns>Whether it waits; <see cref="Wait"/> must follow. Otherwise the caller records it.</returns>
    public bool Suspend(ToolCall call, bool canWait)
    {
        lock (_lock)
        {
            if (Find(call) is not { } open)
            {
                return false;
            }

            if (canWait && call.Answer is null && !call.IsCancelled && (!IsEndpoint || _streams > 0))
            {
                return true;
            }

            _calls.Remove(open);
            Retire();
            return false;
        }
    }

    /// <summary>Lets a suspended call wait, with the entry it leaves if nothing comes.</summary>
    public void Wait(ToolCall call, AuditEntry entry, TimeSpan wait)
    {
        lock (_lock)
        {
            var open = Find(call)!;
            open.Entry = entry;
            open.Wait = wait;
            open.WaitsSince = owner.Now;
            var hasRoom = owner.TryReserve(entry);
            if (!hasRoom || call.Answer is not null || call.IsCancelled || (IsEndpoint && _streams == 0))
            {
                Finish(open, call.IsCancelled ? Verdict.Cancelled : null, hasRoom);
                Retire();
            }
            else if (!IsEndpoint)
            {
                open.Timer = owner.StartTimer(_ => Expire(open), wait);
            }
        }
    }

    /// <summary>Records every waiting call as it stands.</summary>
    public void Stop(Verdict ending)
    {
        lock (_lock)
        {
            foreach (var open in _calls.Where(open => open.Entry is not null).ToList())
            {
                Finish(open, ending);
            }
        }
    }

    private void Expire(OpenCall open)
    {
        lock (_lock)
        {
            if (!_calls.Contains(open))
            {
                return;
            }

            var left = _resuming > 0 ? open.Wait : open.Wait - owner.Since(open.WaitsSince);
            if (left > TimeSpan.Zero)
            {
                open.Timer?.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            Finish(open, null);
            Retire();
        }
    }

    private void Finish(OpenCall open, Verdict? ending, bool isReserved = true)
    {
        _calls.Remove(open);
        open.Timer?.Dispose();
        if (isReserved)
        {
            owner.Release(open.Entry!);
        }

        owner.Record(open, ending);
    }

    private OpenCall? Find(ToolCall call)
    {
        foreach (var open in _calls)
        {
            if (open.Call == call)
            {
                return open;
            }
        }

        return null;
    }

    // A session that nobody needs is taken out; who still holds it finds it retired and gets another.
    private void Retire()
    {
        if (_calls.Count == 0 && _streams == 0 && !_isRetired)
        {
            _isRetired = true;
            owner.Remove(this);
        }
    }
}
