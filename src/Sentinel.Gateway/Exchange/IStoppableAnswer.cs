namespace Sentinel.Gateway.Exchange;

/// <summary>An answer that the gateway may end before its server does, when it stops.</summary>
/// <remarks>Recording implements it, for it knows what has passed; Hosting ends it.</remarks>
internal interface IStoppableAnswer
{
    /// <summary>Whether a call under way may still be answered on it.</summary>
    bool IsNeeded { get; }

    /// <summary>Whether its client can fetch elsewhere what it has not got.</summary>
    bool CanResume { get; }

    /// <summary>Ends it as if its server had; does not wait for that.</summary>
    void Stop();
}
