namespace Sentinel.Gateway.Rbac;

/// <summary>Whether arguments are what a rule says, as servers of every kind would read them.</summary>
/// <remarks>
/// The order is that of certainty, so that several conditions together are the least of them. <c>Allow</c> needs
/// <see cref="Yes"/>; for <c>Deny</c> <see cref="Doubt"/> is enough.
/// </remarks>
internal enum Match
{
    No,

    /// <summary>Some server might read them so: another type, a look-alike key, another case, beyond a bound.</summary>
    Doubt,

    Yes,
}
