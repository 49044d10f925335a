namespace Sentinel.Gateway.Forwarding;

/// <summary>A token of Sentinel's own.</summary>
/// <param name="headerValue">As Authorization carries it.</param>
/// <param name="requestedAt">The clock's timestamp when it was asked for, so that its way here counts as its life.
/// </param>
/// <param name="life">For how long it is good.</param>
internal sealed class AccessToken(string headerValue, long requestedAt, TimeSpan life)
{
    public string HeaderValue => headerValue;

    public long RequestedAt => requestedAt;

    /// <summary>A minute before its end, or a fifth of a short life.</summary>
    public TimeSpan RenewAfter { get; } = life - Shorter(TimeSpan.FromMinutes(1), life / 5);

    /// <summary>A little before its end, because a call takes a while to arrive.</summary>
    public TimeSpan ExpiresAfter { get; } = life - Shorter(TimeSpan.FromSeconds(5), life / 20);

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
