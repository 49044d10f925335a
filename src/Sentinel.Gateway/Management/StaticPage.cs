using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace Sentinel.Gateway.Management;

/// <summary>The files of the dashboard, which are built into the program.</summary>
/// <remarks>A look-up by the whole path: there is no folder that a path could lead out of.</remarks>
internal sealed class StaticPage
{
    private const string ResourceFolder = "dashboard/";
    private const string Index = "/index.html";

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
        [".png"] = "image/png",
        [".ico"] = "image/x-icon",
        [".woff2"] = "font/woff2",
        [".txt"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, StaticFile> _files;

    public StaticPage(Assembly assembly) =>
        _files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourceFolder, StringComparison.Ordinal))
            .ToFrozenDictionary(
                name => "/" + name[ResourceFolder.Length..].Replace('\\', '/'),
                name => Read(assembly, name),
                StringComparer.Ordinal);

    /// <summary>Whether the page is part of this build.</summary>
    public bool IsBuiltIn => _files.ContainsKey(Index);

    /// <summary>The file under a path; null where there is none.</summary>
    public StaticFile? Find(string path) => _files.GetValueOrDefault(path == "/" ? Index : path);

    private static StaticFile Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        var type = ContentTypes.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream");
        return new StaticFile(content, type, $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"");
    }
}

/// <summary>One file of the page.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="ETag">What its content is known by, in quotes.</param>
internal sealed record StaticFile(ReadOnlyMemory<byte> Content, string ContentType, string ETag);
