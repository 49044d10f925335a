using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>Sessions, which exist up to revision 2025-11-25.</summary>
internal sealed record SessionsOptions
{
    [Description("Name of the environment variable that holds the session keys: 32 bytes each in hex, "
        + "comma-separated, 8 at most. The first seals, all open. Absent: a random key and a warning, for sessions "
        + "then neither survive a restart nor reach another replica. A variable that is not set, or holds anything "
        + "else, is a fault that names it and shows nothing of it.")]
    public string? KeysEnv { get; init; }

    [Description("Seconds that a call whose stream ended before its answer waits for it on another stream of its "
        + "session; then its row says that the answer was not seen.")]
    [Range(0, 86400)]
    public int AnswerWaitSeconds { get; init; } = 300;
}
