using System.Runtime.CompilerServices;

namespace Sentinel.Gateway.Tests.Architecture;

/// <summary>The repository's files, as the rules about them read them.</summary>
internal static class SourceTree
{
    public static readonly string Root = FindRoot();

    /// <summary>The C# files below a folder, each with its path from the root.</summary>
    public static IEnumerable<(string Path, string Text)> CSharp(string folder) => Files(folder, "*.cs");

    /// <summary>The files below a folder that match; none where there is no such folder.</summary>
    public static IEnumerable<(string Path, string Text)> Files(string folder, string pattern)
    {
        var full = Path.Combine(Root, folder);
        return Directory.Exists(full)
            ? Directory.EnumerateFiles(full, pattern, SearchOption.AllDirectories)
                .Select(file => (Path: Relative(file), File: file))
                .Where(found => !found.Path.Split('/').Any(part => part is "bin" or "obj"))
                .OrderBy(found => found.Path, StringComparer.Ordinal)
                .Select(found => (found.Path, File.ReadAllText(found.File)))
            : [];
    }

    private static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(File.Exists(here) ? here : AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sentinel.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("No folder above the tests holds Sentinel.sln.");
    }
}
