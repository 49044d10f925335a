using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>Failed logins: each counted by its reason, and of each reason one line a second at most.</summary>
/// <remarks>They are no audit entries: strangers must not be able to fill the table.</remarks>
internal sealed partial class LoginLog
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int DetailCharsMax = 300;

    private readonly Dictionary<string, Tally> _tallies = LoginFailure.All.ToDictionary(
        failure => failure.Reason, _ => new Tally(), StringComparer.Ordinal);

    private readonly TimeProvider _time;
    private readonly ILogger<LoginLog> _logger;

    public LoginLog(IMeterFactory meters, TimeProvider time, ILogger<LoginLog> logger)
    {
        _time = time;
        _logger = logger;
        meters.Create("Sentinel.Gateway").CreateObservableCounter(
            "sentinel.authentication.failures", Read, description: "Requests without a caller by reason.");
    }

    public void Record(LoginFailure failure, IPAddress? address, string? detail)
    {
        var tally = _tallies[failure.Reason];
        Interlocked.Increment(ref tally.Count);
        if (tally.TakeTurn(_time.GetTimestamp(), _time) is not { } unsaid)
        {
            return;
        }

        var about = string.IsNullOrEmpty(detail) ? "" : $" ({Show(detail)})";
        var more = unsaid == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; {unsaid} more of this reason since the last such line");
        LogFailed(failure.Reason, address, about, more);
    }

    // What a stranger wrote: on one line, and not at any length.
    private static string Show(string detail) =>
        FaultText.OneLine(detail.Length <= DetailCharsMax ? detail : detail[..DetailCharsMax] + "…");

    private IEnumerable<Measurement<long>> Read() =>
        from tally in _tallies
        where Interlocked.Read(ref tally.Value.Count) > 0
        select new Measurement<long>(
            Interlocked.Read(ref tally.Value.Count), new KeyValuePair<string, object?>("reason", tally.Key));

    [LoggerMessage(2001, LogLevel.Information, "Login failed: {Reason}, from {Address}{Detail}{More}")]
    private partial void LogFailed(string reason, IPAddress? address, string detail, string more);

    private sealed class Tally
    {
        public long Count;

        private long _lineAt = long.MinValue;
        private long _unsaid;

        /// <summary>How many went unsaid since the last line, if it is time for another; else null.</summary>
        public long? TakeTurn(long now, TimeProvider time)
        {
            var last = Interlocked.Read(ref _lineAt);
            var isTime = last == long.MinValue || time.GetElapsedTime(last, now) >= Interval;
            if (isTime && Interlocked.CompareExchange(ref _lineAt, now, last) == last)
            {
                return Interlocked.Exchange(ref _unsaid, 0);
            }

            Interlocked.Increment(ref _unsaid);
            return null;
        }
    }
}
