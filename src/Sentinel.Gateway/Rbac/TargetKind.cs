namespace Sentinel.Gateway.Rbac;

/// <summary>What a rule speaks of and a caller asks for.</summary>
internal enum TargetKind
{
    Tool,
    Prompt,
    Resource,
}
