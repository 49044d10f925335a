using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization.Pinning;

/// <summary>Judges calls that the policy allows by the definition of their tool.</summary>
internal sealed class PinnedCalls(SeenTools seen)
{
    /// <param name="snapshot">What is approved.</param>
    /// <param name="backend">The backend's id.</param>
    /// <param name="tool">The tool that is called.</param>
    /// <param name="decision">What the policy says of the call.</param>
    /// <returns>The decision that counts.</returns>
    public Decision Judge(ConfigurationSnapshot snapshot, string backend, string tool, Decision decision)
    {
        var mode = snapshot.Pins.ModeOf(backend);
        if (mode is PinningMode.Off || !decision.IsAllowed)
        {
            return decision;
        }

        var state = seen.Judge(snapshot.Pins, backend, tool);
        if (state is PinState.Approved)
        {
            return decision;
        }

        var found = $"pinning of {backend}: {Describe(state)}";

        // Where it is not refused it is recorded; a warning was given when the definition was seen.
        return mode is PinningMode.Deny && snapshot.Sentinel.Rbac.Mode is RbacMode.Enforce
            ? new Decision(false, ToolPins.ReasonToolChanged, found)
            : decision with { Rule = $"{decision.Rule}; {found}" };
    }

    private static string Describe(PinState state) => state switch
    {
        PinState.Changed => "changed since it was approved",
        PinState.Unknown => "never approved",
        _ => "not seen since the gateway started",
    };
}
