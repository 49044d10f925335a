using System.Globalization;

namespace Sentinel.Benchmarks.Report;

/// <summary>A number to reach.</summary>
/// <param name="Id">By which measurements name it.</param>
/// <param name="What">What is measured.</param>
/// <param name="Limit">The number; null where there is none, only a comparison.</param>
/// <param name="IsLowerBound">Whether the measured value has to be as large at least; else, as large at most.</param>
/// <param name="Unit">Behind a value, with its blank.</param>
internal sealed record Goal(string Id, string What, double? Limit, bool IsLowerBound = false, string Unit = " ×")
{
    public const string Cpu = "cpu";
    public const string CpuOfHaProxy = "cpu-haproxy";
    public const string AuditP50 = "audit-p50";
    public const string AuditP99 = "audit-p99";
    public const string Copy = "copy";
    public const string Observer = "observer";
    public const string Reader = "reader";
    public const string Decision = "decision";
    public const string Rss = "rss";
    public const string Stream = "stream";
    public const string Start = "start";

    public static IReadOnlyList<Goal> All { get; } =
    [
        new(Cpu, "CPU per call with JWT, RBAC and audit (`Durable`) to PostgreSQL, against bare YARP", 1.15),
        new(CpuOfHaProxy, "the same against HAProxy with a JWT check, ACLs and a JSON log", null),
        new(AuditP50, "audit (`Durable`) on against off, p50 at 1,000 calls/s", 1.03),
        new(AuditP99, "the same, p99", 1.03),
        new(Copy, "rows/s into PostgreSQL, against `psql \\copy` of the same rows", 0.9, IsLowerBound: true),
        new(Observer, "watching an answer, bulk", 1, IsLowerBound: true, " GB/s"),
        new(Reader, "reading a request strictly, records", 1, IsLowerBound: true, " GB/s"),
        new(Decision, "one decision with 10,000 rules", 1, Unit: " µs"),
        new(Rss, "RSS after the same load, against bare YARP", 1.3),
        new(Stream, "an idle stream's memory", 20, Unit: " KB"),
        new(Start, "from the process' start to the first answered call", 1.5, Unit: " s"),
    ];

    public string LimitText => Limit is { } limit
        ? string.Create(CultureInfo.InvariantCulture, $"{(IsLowerBound ? '≥' : '≤')} {limit}{Unit}")
        : "close";

    /// <summary>"yes", "no", or a dash where there is no number to reach.</summary>
    public string Reached(double value)
    {
        if (Limit is not { } limit)
        {
            return "–";
        }

        return (IsLowerBound ? value >= limit : value <= limit) ? "yes" : "**no**";
    }
}
