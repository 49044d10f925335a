using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Rbac;

/// <summary>One rule of <c>Allow</c> or <c>Deny</c>: a pattern, or an object that also speaks of arguments.</summary>
internal sealed record AccessRule
{
    [Description("Which targets: [kind:]backend/name with * and ?; the kind is tool, prompt or resource. "
        + "A rule that is a text is this pattern alone.")]
    [Required]
    [WrittenAlone]
    public TargetPattern Tool { get; init; } = null!;

    [Description("Path of an argument (a.b, items[*].env) → what it has to be for the rule to apply.")]
    public IReadOnlyDictionary<string, ArgumentRule> Arguments { get; init; } = NoArguments;

    [Description("true: the rule is on trial. What it would refuse is recorded, and nothing is refused by it.")]
    public bool Shadow { get; init; }

    private static readonly Dictionary<string, ArgumentRule> NoArguments = [];
}

/// <summary>What an argument has to be: a value, a list of values, or an object.</summary>
internal sealed record ArgumentRule
{
    [Description("Equal to one of these; texts may have * and ?. A rule that is a value or a list is this alone.")]
    [WrittenAlone]
    public IReadOnlyList<ArgumentValue> Values { get; init; } = [];

    [Description("Equal to one of these, in which * and ? are plain characters.")]
    public IReadOnlyList<ArgumentValue> OneOf { get; init; } = [];

    [Description("A number, this or more.")]
    public ArgumentValue? Min { get; init; }

    [Description("A number, this or less.")]
    public ArgumentValue? Max { get; init; }

    [Description("A text of so many characters or fewer.")]
    [Range(0, int.MaxValue)]
    public int? MaxLength { get; init; }

    [Description("A text that the whole of this regular expression matches; without look-around and back-references.")]
    public AnchoredRegex? Regex { get; init; }

    [Description("true: it has to be there, whatever it is. false: it may also be missing.")]
    public bool? Required { get; init; }

    [Description("true: it has to be missing.")]
    public bool Absent { get; init; }
}
