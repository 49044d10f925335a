namespace Sentinel.Audit.Chain;

/// <summary>What a verification saw.</summary>
public sealed class ChainReport
{
    /// <summary>Findings kept with their words; beyond them they are only counted.</summary>
    public const int FindingsMax = 1000;

    private readonly List<ChainFinding> _findings = [];

    /// <summary>Rows read.</summary>
    public long Rows { get; internal set; }

    /// <summary>Chains that rows were read of.</summary>
    public int Chains { get; internal set; }

    /// <summary>Anchored heads that were held against the chains.</summary>
    public int Anchors { get; internal set; }

    /// <summary>The first findings, in the order of the rows.</summary>
    public IReadOnlyList<ChainFinding> Findings => _findings;

    /// <summary>All findings.</summary>
    public long FindingCount { get; private set; }

    /// <summary>Entries that writers say they have lost.</summary>
    public long Dropped { get; internal set; }

    /// <summary>Months whose rows are all gone while their chains' last links stay: dropped partitions.</summary>
    public IReadOnlyList<DroppedMonth> DroppedMonths { get; internal set; } = [];

    /// <summary>The last link of every chain that has rows, for an anchor.</summary>
    public IReadOnlyList<ChainHead> Heads { get; internal set; } = [];

    /// <summary>Whether nothing was found.</summary>
    public bool IsIntact => FindingCount == 0;

    internal void Add(ChainFinding finding)
    {
        FindingCount++;
        if (_findings.Count < FindingsMax)
        {
            _findings.Add(finding);
        }
    }
}

/// <summary>A month of which only checkpoints are left.</summary>
/// <param name="Month">Its first day.</param>
/// <param name="Chains">How many chains ended in it.</param>
/// <param name="Rows">How many rows they had.</param>
public sealed record DroppedMonth(DateOnly Month, int Chains, long Rows);
