using Xunit;

namespace Sentinel.Tests.Shared;

/// <summary>
/// What a test needs from the machine: absent, it is skipped with the reason, and fails under <c>CI=true</c>.
/// </summary>
public static class Requires
{
    public static void Postgres()
    {
        if (PostgresServer.FindBinaries() is null)
        {
            Missing("PostgreSQL's programs are not installed: apt-get install postgresql, or put postgres on PATH.");
        }
    }

    private static void Missing(string reason)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }
}
