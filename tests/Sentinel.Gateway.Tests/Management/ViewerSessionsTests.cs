using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Management.Viewers;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

public sealed class ViewerSessionsTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cookie_finds_its_session_and_no_other_does()
    {
        var (sessions, snapshot) = await CreateAsync();
        var (session, cookie) = sessions.Begin(Verdict());
        var other = sessions.Begin(Verdict());

        Assert.Same(session, sessions.Find(cookie, snapshot));
        Assert.NotEqual(cookie, other.Cookie);
        Assert.Equal(43, cookie.Length);
        foreach (var forged in new[] { "", cookie[..^1], cookie + "A", cookie.ToLowerInvariant(), session.Id, new('A', 43) })
        {
            Assert.Null(sessions.Find(forged, snapshot));
        }

        Assert.Null(sessions.Find(null, snapshot));
    }

    [Fact]
    public async Task The_table_does_not_hold_the_cookie()
    {
        var (sessions, _) = await CreateAsync();

        var (session, cookie) = sessions.Begin(Verdict());

        Assert.DoesNotContain(cookie, session.ToString(), StringComparison.Ordinal);
        Assert.Equal(64, session.Id.Length);
    }

    [Fact]
    public async Task A_session_ends_after_eight_hours()
    {
        var (sessions, snapshot) = await CreateAsync();
        var (session, cookie) = sessions.Begin(Verdict());

        _clock.Advance(ViewerSessions.AgeMax - TimeSpan.FromSeconds(1));
        Assert.NotNull(sessions.Find(cookie, snapshot));
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(sessions.Find(cookie, snapshot));
        Assert.True(session.Ended.IsCancellationRequested);
        Assert.Equal(0, sessions.Count);
    }

    [Fact]
    public async Task A_session_ends_with_its_credential()
    {
        var (sessions, snapshot) = await CreateAsync();
        var (session, cookie) = sessions.Begin(Verdict(_clock.GetUtcNow().AddMinutes(5)));

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(sessions.Find(cookie, snapshot));
        Assert.False(sessions.Holds(session));
    }

    [Fact]
    public async Task A_session_ends_once_the_credential_would_be_refused_and_does_not_come_back()
    {
        var (sessions, snapshot) = await CreateAsync();
        var now = (Caller?)Auditor();
        var (session, cookie) = sessions.Begin(new CredentialVerdict(Auditor(), null, () => now));
        Assert.NotNull(sessions.Find(cookie, snapshot));

        now = null;
        Assert.Null(sessions.Find(cookie, snapshot));
        now = Auditor();

        Assert.Null(sessions.Find(cookie, snapshot));
        Assert.True(session.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task A_session_ends_once_the_caller_has_no_viewer_role_any_more()
    {
        var (sessions, snapshot) = await CreateAsync();
        var now = Auditor();
        var (_, cookie) = sessions.Begin(new CredentialVerdict(now, null, () => now));

        now = new Caller("key:a", ["guest"]);

        Assert.Null(sessions.Find(cookie, snapshot));
    }

    [Fact]
    public async Task A_session_that_was_signed_out_is_gone()
    {
        var (sessions, snapshot) = await CreateAsync();
        var (session, cookie) = sessions.Begin(Verdict());

        sessions.End(session);

        Assert.Null(sessions.Find(cookie, snapshot));
        Assert.False(sessions.Holds(session));
        Assert.True(session.Ended.IsCancellationRequested);
    }

    [Fact]
    public async Task Beyond_the_most_the_oldest_ends()
    {
        var (sessions, snapshot) = await CreateAsync();
        var all = Enumerable.Range(0, ViewerSessions.SessionsMax + 1).Select(_ => sessions.Begin(Verdict())).ToList();

        Assert.Equal(ViewerSessions.SessionsMax, sessions.Count);
        Assert.True(all[0].Session.Ended.IsCancellationRequested);
        Assert.Null(sessions.Find(all[0].Cookie, snapshot));
        Assert.NotNull(sessions.Find(all[1].Cookie, snapshot));
        Assert.NotNull(sessions.Find(all[^1].Cookie, snapshot));
    }

    private static Caller Auditor() => new("key:a", ["auditor"]);

    private static CredentialVerdict Verdict(DateTimeOffset? expiresAt = null) =>
        new(Auditor(), expiresAt, Auditor);

    private async Task<(ViewerSessions Sessions, ConfigurationSnapshot Snapshot)> CreateAsync()
    {
        var config = new ProxyConfig().Backend("a", new Uri("http://127.0.0.1:9/")).Anonymous().Role("auditor", []);
        config.Sentinel["Management"]!["ViewerRoles"] = new System.Text.Json.Nodes.JsonArray("auditor");
        var source = await ConfigurationSource.LoadAsync(
            config.WriteTo(_folder), new Dictionary<string, string>(), CancellationToken.None);
        return (new ViewerSessions(source, _clock), source.Current);
    }
}
