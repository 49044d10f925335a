using System.Security.Cryptography;
using System.Text;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Management.Viewers;

/// <summary>Who is signed in to the dashboard: in memory, so that a restart signs everybody out.</summary>
/// <remarks>
/// The table knows cookies by their SHA-256 only: its memory gives none away, and the time of a look-up depends on a
/// hash that nobody can choose.
/// </remarks>
internal sealed class ViewerSessions(ConfigurationSource configuration, TimeProvider time)
{
    /// <summary>Sessions at most; beyond them the oldest ends.</summary>
    public const int SessionsMax = 1000;

    /// <summary>How long a session lives at most.</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromHours(8);

    private const int CookieBytes = 32;

    private readonly Lock _lock = new();

    // In the order of signing in, for the oldest to be found at once.
    private readonly OrderedDictionary<string, ViewerSession> _sessions = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>Whether one of the caller's roles lets it view.</summary>
    public static bool MayView(Caller caller, ConfigurationSnapshot snapshot) =>
        caller.Roles.Any(role => snapshot.Sentinel.Management.ViewerRoles.Contains(role, StringComparer.Ordinal));

    /// <summary>Begins a session.</summary>
    /// <returns>The session, and the value of its cookie, which is kept nowhere.</returns>
    public (ViewerSession Session, string Cookie) Begin(CredentialVerdict verdict)
    {
        var cookie = Base64UrlText(RandomNumberGenerator.GetBytes(CookieBytes));
        var latest = time.GetUtcNow() + AgeMax;
        var session = new ViewerSession(
            IdOf(cookie), verdict, verdict.ExpiresAt is { } end && end < latest ? end : latest);
        var over = new List<ViewerSession>();
        lock (_lock)
        {
            // At the front stand the oldest, which are over first but for credentials that ended sooner.
            while (_sessions.Count > 0
                && (_sessions.Count >= SessionsMax || _sessions.GetAt(0).Value.ExpiresAt <= time.GetUtcNow()))
            {
                over.Add(_sessions.GetAt(0).Value);
                _sessions.RemoveAt(0);
            }

            _sessions.Add(session.Id, session);
        }

        over.ForEach(one => one.End());
        return (session, cookie);
    }

    /// <summary>The session of a cookie, while it holds; one that does not is ended.</summary>
    /// <param name="cookie">What the request brought; null for nothing.</param>
    /// <param name="snapshot">Whose viewer roles count.</param>
    public ViewerSession? Find(string? cookie, ConfigurationSnapshot snapshot)
    {
        if (cookie is null)
        {
            return null;
        }

        ViewerSession? session;
        lock (_lock)
        {
            session = _sessions.GetValueOrDefault(IdOf(cookie));
        }

        return session is not null && Holds(session, snapshot) ? session : null;
    }

    /// <summary>Whether a session still holds: its time, its credential and its roles. One that does not is ended.
    /// </summary>
    public bool Holds(ViewerSession session) => Holds(session, configuration.Current);

    public void End(ViewerSession session)
    {
        lock (_lock)
        {
            _sessions.Remove(session.Id);
        }

        session.End();
    }

    private bool Holds(ViewerSession session, ConfigurationSnapshot snapshot)
    {
        if (!session.Ended.IsCancellationRequested
            && time.GetUtcNow() < session.ExpiresAt
            && session.Verdict.Renew() is { } caller
            && MayView(caller, snapshot))
        {
            session.Caller = caller;
            return true;
        }

        End(session);
        return false;
    }

    private static string IdOf(string cookie) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(cookie)));

    private static string Base64UrlText(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
