namespace Sentinel.Gateway.Exchange;

/// <summary>Reads the request's body in place, once, and leaves it to be read again.</summary>
/// <returns>Null, or why the request must not go on.</returns>
/// <exception cref="OperationCanceledException">
/// The client left; or the request is refused already, and its body did not come soon enough for a row.
/// </exception>
/// <remarks>
/// Inspection implements it; Recording calls it too, for requests that never reached the transform. A delegate, so that
/// neither stage knows the other.
/// </remarks>
internal delegate ValueTask<Refusal?> InspectRequest(HttpContext context);
