namespace Sentinel.Gateway.Rbac;

/// <summary>
/// Marks the key of a record that may stand for the whole: in place of <c>{ "Key": value }</c> proxy.json may say
/// <c>value</c>. Where the key takes a list, one value alone is a list of one.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WrittenAloneAttribute : Attribute;
