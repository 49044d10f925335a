namespace Sentinel.Audit;

/// <summary>A call as recorded before it is forwarded.</summary>
/// <param name="Entry">What to give the outcome and to write in the end, by <c>with</c>; forwarded or not.</param>
/// <param name="MayForward">False where the guarantee demands a record that could not be made.</param>
public readonly record struct BegunEntry(AuditEntry Entry, bool MayForward);
