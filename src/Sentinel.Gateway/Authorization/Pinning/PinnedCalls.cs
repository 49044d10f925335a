using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authorization.Pinning;

/// <summary>Judges calls that the policy allows by the definition of their tool.</summary>
internal sealed class PinnedCalls(SeenTools seen)
{
    /// <returns>Null, or why the call must not go on; the call's decision says what was found.</returns>
    public Refusal? Judge(ConfigurationSnapshot snapshot, string backend, ToolCall call)
    {
        var mode = snapshot.Pins.ModeOf(backend);
        var state = mode is PinningMode.Off
            ? PinState.Approved
            : seen.Judge(snapshot.Pins, backend, call.ToolName);
        if (state is PinState.Approved)
        {
            return null;
        }

        var found = $"pinning of {backend}: {Describe(state)}";
        if (mode is PinningMode.Deny && snapshot.Sentinel.Rbac.Mode is RbacMode.Enforce)
        {
            call.Decision = new Decision(false, ToolPins.ReasonToolChanged, found);
            return Refusal.ToolChanged(call.ToolName, Describe(state));
        }

        // Recorded, and not refused: a warning was given when the definition was seen.
        call.Decision = call.Decision! with { Rule = $"{call.Decision.Rule}; {found}" };
        return null;
    }

    private static string Describe(PinState state) => state switch
    {
        PinState.Changed => "its definition has changed since it was approved",
        PinState.Unknown => "its definition was never approved",
        _ => "its definition has not been seen since the gateway started",
    };
}
