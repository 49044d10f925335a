using Xunit;

namespace Sentinel.Tests.Shared;

/// <summary>
/// What a test needs from the machine: absent, it is skipped with the reason, and fails under <c>CI=true</c>.
/// </summary>
public static class Requires
{
    /// <summary>Where Debian's package puts it.</summary>
    public const string ChromiumPath = "/usr/bin/chromium";

    public static bool AreNodePackagesInstalled =>
        IsOnPath("node") && Directory.Exists(Artifacts.Source("tests/Node/node_modules/@modelcontextprotocol"));

    public static bool IsGoInstalled => IsOnPath("go");

    public static void Postgres()
    {
        if (PostgresServer.FindBinaries() is null)
        {
            Missing("PostgreSQL's programs are not installed: apt-get install postgresql, or put postgres on PATH.");
        }
    }

    /// <summary>Node.js, and the packages that the lock file in tests/Node names.</summary>
    public static void NodePackages()
    {
        if (!AreNodePackagesInstalled)
        {
            Missing("The Node packages are missing: apt-get install nodejs npm, then npm ci --prefix tests/Node.");
        }
    }

    public static void Go()
    {
        if (!IsGoInstalled)
        {
            Missing("Go is not installed: apt-get install golang-go.");
        }
    }

    /// <summary>HAProxy, which Debian puts where only administrators' PATH leads.</summary>
    public static void HaProxy()
    {
        if (HaProxyProcess.Find() is null)
        {
            Missing("HAProxy is not installed: apt-get install haproxy.");
        }
    }

    /// <summary>Chromium, which browser tests drive.</summary>
    public static void Chromium()
    {
        if (!File.Exists(ChromiumPath))
        {
            Missing($"There is no {ChromiumPath}: apt-get install chromium.");
        }
    }

    /// <summary>Node.js, and what the dashboard is bundled with.</summary>
    public static void DashboardPackages()
    {
        if (!IsOnPath("node") || !Directory.Exists(Artifacts.Source("dashboard/node_modules/esbuild")))
        {
            Missing("The dashboard's packages are missing: apt-get install nodejs npm, then npm ci --prefix dashboard.");
        }
    }

    /// <summary>util-linux's <c>script</c>, which runs a command on a terminal of its own.</summary>
    public static void Terminal()
    {
        if (!IsOnPath("script"))
        {
            Missing("script is not installed: apt-get install bsdutils.");
        }
    }

    /// <summary>Prometheus' checker of rules.</summary>
    public static void PromTool()
    {
        if (!IsOnPath("promtool"))
        {
            Missing("promtool is not installed: it is in Debian's package prometheus; .ci/run shows how to get it alone.");
        }
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static void Missing(string reason)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Fail(reason);
        }

        Assert.Skip(reason);
    }
}
