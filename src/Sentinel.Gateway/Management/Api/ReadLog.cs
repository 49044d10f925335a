using System.Net;
using System.Text;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Who read the audit is itself logged: one line for each reading, when it is over.</summary>
internal sealed partial class ReadLog(TimeProvider time, ILogger<ReadLog> logger)
{
    private const int ValueCharsMax = 100;

    /// <summary>Begins a reading; its disposal writes the line, whatever became of it.</summary>
    /// <param name="request">Whose.</param>
    /// <param name="what">What is read.</param>
    /// <param name="names">The parameters that are named; values of arguments never are.</param>
    public Reading Begin(ApiRequest request, string what, params IEnumerable<string> names) => new(
        this,
        time,
        what,
        FaultText.OneLine(request.Viewer.Caller.Subject),
        request.Context.Connection.RemoteIpAddress,
        Filters(request.Query, names));

    private static string Filters(IQueryCollection query, IEnumerable<string> names)
    {
        var text = new StringBuilder();
        foreach (var name in names)
        {
            foreach (var value in query[name])
            {
                if (!string.IsNullOrEmpty(value))
                {
                    text.Append(text.Length == 0 ? "" : ", ").Append(name).Append('=').Append(Show(name, value));
                }
            }
        }

        return text.Length == 0 ? "no filters" : text.ToString();
    }

    // What somebody looks for among arguments may be what must not stand in a log.
    private static string Show(string name, string value)
    {
        var shown = name == "argument" ? value[..(value.IndexOf('=', StringComparison.Ordinal) + 1)] + "…" : value;
        return FaultText.OneLine(shown.Length <= ValueCharsMax ? shown : shown[..ValueCharsMax] + "…");
    }

    [LoggerMessage(
        10020,
        LogLevel.Information,
        "{Subject} at {Address} read the audit: {What}; {Filters}; {Rows} rows in {Milliseconds} ms{Ending}")]
    private static partial void LogRead(
        ILogger logger,
        string subject,
        IPAddress? address,
        string what,
        string filters,
        long rows,
        long milliseconds,
        string ending);

    /// <summary>One reading under way.</summary>
    internal sealed class Reading(
        ReadLog log,
        TimeProvider time,
        string what,
        string subject,
        IPAddress? address,
        string filters)
        : IDisposable
    {
        private readonly long _began = time.GetTimestamp();

        /// <summary>What was given so far.</summary>
        public long Rows { get; set; }

        /// <summary>Whether all was given that was asked for.</summary>
        public bool IsWhole { get; set; }

        public void Dispose() => LogRead(
            log.Logger,
            subject,
            address,
            what,
            filters,
            Rows,
            (long)time.GetElapsedTime(_began).TotalMilliseconds,
            IsWhole ? "." : ", and not all of it: it was cancelled or failed.");
    }

    private ILogger Logger => logger;
}
