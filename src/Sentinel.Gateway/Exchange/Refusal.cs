using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Exchange;

/// <summary>An answer that Sentinel gives in place of the server.</summary>
/// <param name="HttpStatus">The HTTP status; 200 for policy, because clients' SDKs then hand the reason on.</param>
/// <param name="Code">The JSON-RPC error code.</param>
/// <param name="Reason">The stable code that nobody rewords.</param>
/// <param name="Message">What happened and what to do.</param>
internal sealed partial record Refusal(int HttpStatus, int Code, string Reason, string Message)
{
    /// <summary>A header that the status demands, such as <c>Allow</c>.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>What decided it, for the rows of its calls; null where they have decisions of their own.</summary>
    public Decision? Decision { get; init; }
}
