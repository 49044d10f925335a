using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Management.Viewers;

/// <summary>Somebody who is signed in to the dashboard.</summary>
/// <param name="Id">The hash of the cookie: the cookie itself is nowhere in memory once it is sent.</param>
/// <param name="Verdict">Who it is, and the way to ask whether that still holds.</param>
/// <param name="ExpiresAt">When it ends in any case.</param>
#pragma warning disable CA1001 // The source has no timer and no handle, so that there is nothing to dispose.
internal sealed record ViewerSession(string Id, CredentialVerdict Verdict, DateTimeOffset ExpiresAt)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new();

    /// <summary>The caller as the configuration had it when last asked.</summary>
    public Caller Caller { get; set; } = Verdict.Caller;

    /// <summary>Signalled when the session is over: streams that it opened end with it.</summary>
    public CancellationToken Ended => _ended.Token;

    public void End() => _ended.Cancel();
}
