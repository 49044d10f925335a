namespace Sentinel.Gateway.Cli.Replay;

/// <summary>What another policy would do to calls that are recorded, counted by caller and tool.</summary>
/// <remarks>Bounded: beyond <see cref="GroupsMax"/> callers and tools, calls are only counted.</remarks>
internal sealed class ReplayReport
{
    public const int GroupsMax = 10_000;

    private readonly Dictionary<(Flip Flip, string? Issuer, string Caller, string Tool), ReplayGroup> _groups = [];
    private readonly long[] _calls = new long[Enum.GetValues<Flip>().Length];

    /// <summary>Calls looked at.</summary>
    public long Calls { get; private set; }

    /// <summary>Calls about which no policy was asked, or whose limit came first.</summary>
    public long NotCompared { get; private set; }

    /// <summary>Calls that the policy would decide as they were decided.</summary>
    public long Unchanged => Calls - NotCompared - _calls.Sum();

    public bool HasFlips => this[Flip.AllowedToDenied] + this[Flip.DeniedToAllowed] > 0;

    public long this[Flip flip] => _calls[(int)flip];

    public void AddUnchanged() => Calls++;

    public void AddNotCompared()
    {
        Calls++;
        NotCompared++;
    }

    public void Add(Flip flip, string? issuer, string caller, string tool, string rule, Guid requestId)
    {
        Calls++;
        _calls[(int)flip]++;
        var key = (flip, issuer, caller, tool);
        if (_groups.TryGetValue(key, out var group))
        {
            group.Calls++;
        }
        else if (_groups.Count < GroupsMax)
        {
            _groups.Add(key, new ReplayGroup(issuer, caller, tool, rule, requestId) { Calls = 1 });
        }
    }

    /// <summary>The callers and tools of one kind of flip, the most calls first.</summary>
    public IReadOnlyList<ReplayGroup> Groups(Flip flip) =>
    [
        .. _groups.Where(group => group.Key.Flip == flip).Select(group => group.Value)
            .OrderByDescending(group => group.Calls)
            .ThenBy(group => group.Caller, StringComparer.Ordinal)
            .ThenBy(group => group.Tool, StringComparer.Ordinal),
    ];
}

/// <summary>How a decision differs from the recorded one.</summary>
internal enum Flip
{
    AllowedToDenied,
    DeniedToAllowed,

    /// <summary>It would be refused, were the rule or the whole policy not in Shadow: no flip yet.</summary>
    OnTrial,

    /// <summary>It hangs on arguments that the row does not have as they were sent.</summary>
    Undecidable,
}

/// <summary>The calls of one tool by one caller, all of one kind of flip.</summary>
/// <param name="Issuer">Who vouched for the caller.</param>
/// <param name="Caller">The caller's subject.</param>
/// <param name="Tool">The tool as <c>backend/name</c>.</param>
/// <param name="Rule">The rule that decides the first of them now.</param>
/// <param name="RequestId">The first of them.</param>
internal sealed record ReplayGroup(string? Issuer, string Caller, string Tool, string Rule, Guid RequestId)
{
    public long Calls { get; set; }
}
