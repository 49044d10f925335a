namespace Sentinel.Tests.Shared;

/// <summary>How long a test waits for what should come at once; long, because a build machine may be busy.</summary>
public static class Deadline
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(30);
}
