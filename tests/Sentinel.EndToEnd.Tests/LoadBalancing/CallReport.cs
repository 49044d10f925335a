namespace Sentinel.EndToEnd.Tests.LoadBalancing;

internal enum CallEnd
{
    Answered,

    /// <summary>HTTP 404: the session is gone, and its client has to initialize again.</summary>
    SessionUnknown,

    /// <summary>HTTP 502, 503 or 504.</summary>
    Unavailable,

    /// <summary>A wrong answer, a cut connection, another status, or none in time.</summary>
    Failed,
}

/// <summary>What became of one call, or of opening a session.</summary>
/// <param name="What">The client, its session, its call and the tool.</param>
/// <param name="Server">The server that the session lives in; null without one, or when none had been opened.</param>
/// <param name="Started">Time stamp of <see cref="TimeProvider"/>.</param>
/// <param name="Ended">The same at its end.</param>
/// <param name="End">How it ended.</param>
/// <param name="Problem">What the client was told.</param>
internal sealed record CallReport(string What, string? Server, long Started, long Ended, CallEnd End, string? Problem)
{
    public bool WasUnderWayAt(Disturbance disturbance) =>
        Started <= disturbance.Until && Ended >= disturbance.From;
}

/// <summary>Something that was killed, from the moment of the kill until nobody sends it anything any more.</summary>
/// <param name="Server">The MCP server; null for a gateway.</param>
internal sealed record Disturbance(string? Server, long From, long Until);

/// <summary>What the protocol lets fail, and nothing else.</summary>
/// <remarks>
/// <para>A restart by SIGTERM excuses nothing at all. What is excused:</para>
/// <para>1. A call or an opening under way at the moment when its gateway was killed: bytes had been sent, so that
/// neither HAProxy nor the client may send them again, and the answer, if there ever was one, is lost with the
/// connection. Which gateway had it nobody can tell; that it was under way is enough.</para>
/// <para>2. While a killed server is still named by proxy.json: 502 for its own sessions, and for openings and calls
/// without a session that were balanced to it. Their clients try again.</para>
/// <para>3. From its end on, 404 for its own sessions: their clients initialize anew, as the specification says.</para>
/// </remarks>
internal static class Excuses
{
    public static bool Excuse(CallReport report, IReadOnlyCollection<Disturbance> disturbances) =>
        report.End is CallEnd.Answered || disturbances.Any(disturbance => Excuses.IsDueTo(report, disturbance));

    private static bool IsDueTo(CallReport report, Disturbance disturbance)
    {
        if (disturbance.Server is null)
        {
            return report.End is not CallEnd.SessionUnknown && report.WasUnderWayAt(disturbance);
        }

        var isOfTheServer = report.Server == disturbance.Server;
        return report.End is CallEnd.SessionUnknown
            ? report.Ended >= disturbance.From
                && (isOfTheServer || (report.Server is null && report.WasUnderWayAt(disturbance)))
            : report.WasUnderWayAt(disturbance) && (isOfTheServer || report.Server is null);
    }
}
