namespace Sentinel.Audit.Reading;

/// <summary>An argument of the call, and what it has to be.</summary>
/// <param name="Keys">From the tool's arguments down, object by object; arrays are not entered.</param>
/// <param name="Value">
/// The text; or, where this is a JSON number, <c>true</c>, <c>false</c> or <c>null</c>, what it means. Numbers are
/// equal by value.
/// </param>
public sealed record AuditArgument(IReadOnlyList<string> Keys, string Value);
