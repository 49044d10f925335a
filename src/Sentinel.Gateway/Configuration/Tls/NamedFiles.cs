using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Gateway.Configuration.Tls;

/// <summary>The files that one reading of proxy.json was led to, and what was in them.</summary>
/// <remarks>A change of any of them is a change of the configuration, and is seen alike: by content.</remarks>
internal sealed class NamedFiles
{
    private const int LongestFileBytes = 1024 * 1024;

    private readonly SortedDictionary<string, string> _seen = new(StringComparer.Ordinal);

    /// <summary>The paths, in an order that depends on nothing but them.</summary>
    public IReadOnlyCollection<string> Paths => _seen.Keys;

    /// <summary>Equal for two readings that were led to the same files and found the same in them.</summary>
    public string Identity => string.Concat(_seen.Values.Select(identity => $" {identity}"));

    /// <summary>What <see cref="Identity"/> would be if these files were read now.</summary>
    public static string IdentityNow(IEnumerable<string> paths)
    {
        var now = new NamedFiles();
        foreach (var path in paths)
        {
            now.Read(path);
        }

        return now.Identity;
    }

    /// <summary>The file's text, or why it cannot be had.</summary>
    public (string? Text, string? Problem) Read(string path)
    {
        try
        {
            using var file = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > LongestFileBytes)
            {
                return Refuse(path, $"the file {path} is longer than 1 MiB; name a PEM file");
            }

            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd();
            _seen[path] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
            return (text, null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refuse(path, $"the file {path} does not exist; write it, or name another");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
                                      or NotSupportedException)
        {
            return Refuse(path, $"the file {path} cannot be read ({e.Message.TrimEnd('.')}); let this user read it");
        }
    }

    private (string? Text, string? Problem) Refuse(string path, string problem)
    {
        _seen[path] = problem;
        return (null, problem);
    }
}
