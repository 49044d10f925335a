namespace Sentinel.Tests.Shared;

/// <summary>Where the build put things: every project has a folder beside that of the running tests.</summary>
public static class Artifacts
{
    // …/artifacts/bin/PROJECT/CONFIGURATION/
    private static readonly DirectoryInfo Own = new(AppContext.BaseDirectory);

    /// <summary>A file that the build of <paramref name="project"/> made, in the running configuration.</summary>
    public static string Built(string project, string file) =>
        Path.Combine(Own.Parent!.Parent!.FullName, project, Own.Name, file);

    /// <summary>A file of the repository, by its path from the root.</summary>
    public static string Source(string path) => Path.Combine(Root.Parent!.FullName, path);

    /// <summary>Where a test may put what it builds itself, to find it again in the next run.</summary>
    public static string Cached(string file) => Path.Combine(Root.CreateSubdirectory("cache").FullName, file);

    /// <summary>Where a test leaves what people may want to look at afterwards.</summary>
    public static string Kept(string folder, string file) =>
        Path.Combine(Root.CreateSubdirectory("kept").CreateSubdirectory(folder).FullName, file);

    private static DirectoryInfo Root => Own.Parent!.Parent!.Parent!;
}
