namespace Sentinel.Tests.Shared;

/// <summary>Where the build put things: every project has a folder beside that of the running tests.</summary>
public static class Artifacts
{
    /// <summary>A file that the build of <paramref name="project"/> made, in the running configuration.</summary>
    public static string Built(string project, string file)
    {
        // …/artifacts/bin/PROJECT/CONFIGURATION/
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, file);
    }
}
