namespace Sentinel.Gateway.Rbac;

/// <summary>One rule, compiled.</summary>
/// <param name="Order">Its place in its list: the first that matches is the one that is named.</param>
/// <param name="Decision">What it decides where it matches.</param>
/// <param name="Arguments">What arguments it needs; null for any.</param>
/// <param name="IsShadow">Whether it is on trial.</param>
internal sealed record Rule(int Order, Decision Decision, ArgumentTree? Arguments, bool IsShadow)
{
    /// <summary>What a granted URI has to match part by part; null where the pattern as a whole is enough.</summary>
    public UriPattern? Uri { get; init; }
}

/// <summary>Looks for the first rule that matches one use of a target.</summary>
/// <param name="arguments">The arguments of the use.</param>
/// <param name="isVisibility">Whether any arguments are asked about, rather than these.</param>
/// <param name="isWhatever">Whether every choice of arguments is asked about, rather than these.</param>
internal ref struct RuleSearch(ReadOnlySpan<byte> arguments, bool isVisibility, bool isWhatever = false)
{
    /// <summary>
    /// How much one decision looks at arguments, all rules together, in bytes read and characters compared; beyond it
    /// every rule is in doubt.
    /// </summary>
    public const long StepsMax = 32 * 1024 * 1024;

    private readonly ReadOnlySpan<byte> _arguments = arguments;
    private long _stepsLeft = StepsMax;

    /// <summary>The rule that decides.</summary>
    public Rule? Found { get; private set; }

    /// <summary>The rule on trial: a Deny that would refuse, or an Allow whose arguments do not match.</summary>
    public Rule? OnTrial { get; private set; }

    /// <summary>Makes ready for another list of rules, with what is left to read.</summary>
    public void Clear()
    {
        Found = null;
        OnTrial = null;
    }

    /// <summary>Takes a rule of a list that forbids and whose pattern matches.</summary>
    public void TakeForbidding(Rule rule)
    {
        if (IsLater(rule, rule.IsShadow ? OnTrial : Found)
            || (rule.Arguments is { } tree && !isWhatever && (isVisibility || Test(tree) == Match.No)))
        {
            return;
        }

        if (rule.IsShadow)
        {
            OnTrial = rule;
        }
        else
        {
            Found = rule;
        }
    }

    /// <summary>Takes a rule of a list that grants and whose pattern matches.</summary>
    public void TakeGranting(Rule rule)
    {
        if (IsLater(rule, Found))
        {
            return;
        }

        if (rule.Arguments is not { } tree || isVisibility || (!isWhatever && Test(tree) == Match.Yes))
        {
            Found = rule;
        }
        else if (rule.IsShadow && !IsLater(rule, OnTrial))
        {
            OnTrial = rule;
        }
    }

    private static bool IsLater(Rule rule, Rule? than) => than is not null && than.Order <= rule.Order;

    private Match Test(ArgumentTree tree) => tree.Test(_arguments, ref _stepsLeft);
}
