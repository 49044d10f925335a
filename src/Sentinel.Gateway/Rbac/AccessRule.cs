using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Rbac;

/// <summary>One rule of <c>Allow</c> or <c>Deny</c>: a pattern, or an object that also speaks of arguments.</summary>
internal sealed record AccessRule
{
    [Description("What the rule is about, whatever its kind: `[kind:]backend/name` with `*` and `?`.")]
    [Required]
    [WrittenAlone]
    public TargetPattern Tool { get; init; } = null!;

    [Description("Path → what the arguments of a tool or prompt have to be for the rule to apply; at most 64 paths, "
        + "such as `a.b`, `items[*].env`, `[\"a.b\"].c`.")]
    public IReadOnlyDictionary<string, ArgumentRule> Arguments { get; init; } = NoArguments;

    [Description("true: the rule is on trial. What it would refuse is recorded, and nothing is refused by it. In "
        + "Allow it needs Arguments.")]
    public bool Shadow { get; init; }

    private static readonly Dictionary<string, ArgumentRule> NoArguments = [];
}

/// <summary>What an argument has to be: a value, a list of values, or an object.</summary>
internal sealed record ArgumentRule
{
    [Description("Equal to one of these; texts may have `*` and `?`. One value may be written without the list.")]
    [WrittenAlone]
    public IReadOnlyList<ArgumentValue> Values { get; init; } = [];

    [Description("Equal to one of these, in which `*` and `?` are plain characters.")]
    public IReadOnlyList<ArgumentValue> OneOf { get; init; } = [];

    [Description("A number, this or more.")]
    public ArgumentValue? Min { get; init; }

    [Description("A number, this or less.")]
    public ArgumentValue? Max { get; init; }

    [Description("A text of so many characters or fewer. Not in Deny.")]
    [Range(0, int.MaxValue)]
    public int? MaxLength { get; init; }

    [Description("A text that the whole of this expression matches; without look-around and back-references.")]
    public AnchoredRegex? Regex { get; init; }

    [Description("true: it has to be there, whatever it is. false: it may also be missing.")]
    public bool? Required { get; init; }

    [Description("true: it has to be missing; stands alone.")]
    public bool Absent { get; init; }
}
