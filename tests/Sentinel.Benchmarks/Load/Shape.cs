namespace Sentinel.Benchmarks.Load;

/// <summary>What the load does in a round.</summary>
/// <param name="Name">As tables have it.</param>
/// <param name="Connections">How many clients there are, each with one call under way at most.</param>
/// <param name="RequestBytes">The length of a call's body.</param>
/// <param name="Answer">What the backend is asked to answer.</param>
/// <param name="IsNewConnection">Whether every call has a connection of its own.</param>
/// <param name="PerSecond">
/// How many calls fall due in a second, whatever the answers do; null begins each when the one before has ended.
/// </param>
internal sealed record Shape(
    string Name,
    int Connections = 32,
    int RequestBytes = Shape.SmallBytes,
    WantedAnswer? Answer = null,
    bool IsNewConnection = false,
    int? PerSecond = null)
{
    public const int SmallBytes = 600;

    public ToolCallBytes Call(Uri target, string? credential) =>
        new(target, credential, RequestBytes, Answer?.ToString());
}
