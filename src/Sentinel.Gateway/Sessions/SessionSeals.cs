using System.Security.Cryptography;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Sessions;

/// <summary>Finds the seal that goes with a snapshot.</summary>
internal sealed partial class SessionSeals
{
    private readonly SessionSeal _random = new([RandomNumberGenerator.GetBytes(SessionKeyReader.KeyBytes)]);
    private Made? _latest;

    public SessionSeals(ConfigurationSource configuration, ILogger<SessionSeals> logger)
    {
        if (configuration.AtStart.SessionKeys.Count == 0)
        {
            LogRandomKey(logger);
        }
    }

    // Two requests may make the seal of a new snapshot at once; both open and seal alike, and one stays.
    public SessionSeal Of(ConfigurationSnapshot snapshot)
    {
        if (snapshot.SessionKeys.Count == 0)
        {
            return _random;
        }

        var latest = Volatile.Read(ref _latest);
        if (!ReferenceEquals(latest?.Snapshot, snapshot))
        {
            latest = new Made(snapshot, new SessionSeal(snapshot.SessionKeys));
            Volatile.Write(ref _latest, latest);
        }

        return latest.Seal;
    }

    [LoggerMessage(
        5000,
        LogLevel.Warning,
        "Sessions.KeysEnv is not set: sessions are sealed with a random key, so that they neither survive a restart "
            + "nor reach another replica.")]
    private static partial void LogRandomKey(ILogger logger);

    private sealed record Made(ConfigurationSnapshot Snapshot, SessionSeal Seal);
}
