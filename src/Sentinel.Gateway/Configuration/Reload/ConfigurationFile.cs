using System.Security.Cryptography;
using Sentinel.Gateway.Configuration.Json;

namespace Sentinel.Gateway.Configuration.Reload;

/// <summary>One look at proxy.json: its whole content, or why it cannot be had.</summary>
/// <param name="Identity">Equal for two looks that saw the same.</param>
/// <param name="Content">The bytes; empty after a fault.</param>
/// <param name="Fault">Why there are none.</param>
internal sealed record FileLook(string Identity, ReadOnlyMemory<byte> Content, ConfigurationFault? Fault)
{
    /// <summary>What was seen of tools.lock.json beside it.</summary>
    public FileLook? ToolsLock { get; init; }
}

/// <summary>Reads the file whole.</summary>
/// <remarks>
/// Neither time nor length decides whether it changed, only the content: Kubernetes swaps symbolic links under times of
/// its own, and a file can be replaced by one of equal length within a time stamp's grain.
/// </remarks>
internal static class ConfigurationFile
{
    private const long LongestFileBytes = 16 * 1024 * 1024;

    public static async Task<FileLook> LookAsync(string path, CancellationToken cancellationToken)
    {
        var look = await ReadAsync(path, cancellationToken);
        var toolsLock = await ReadAsync(Pinning.ToolsLock.PathBeside(path), cancellationToken);
        return look with { Identity = $"{look.Identity} {toolsLock.Identity}", ToolsLock = toolsLock };
    }

    private static async Task<FileLook> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete,
                bufferSize: 0,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
            using var buffer = new MemoryStream();
            var chunk = new byte[64 * 1024];
            for (int read; (read = await file.ReadAsync(chunk, cancellationToken)) > 0;)
            {
                if (buffer.Length + read > LongestFileBytes)
                {
                    return Refuse($"the file {path} is longer than 16 MiB; write a smaller one");
                }

                buffer.Write(chunk, 0, read);
            }

            var content = buffer.ToArray();
            return new(Convert.ToHexStringLower(SHA256.HashData(content)), content, null);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Refuse($"the file {path} does not exist; write it, or name another with --config");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException
                                      or NotSupportedException)
        {
            return Refuse($"the file {path} cannot be read ({e.Message.TrimEnd('.')}); let this user read it");
        }
    }

    private static FileLook Refuse(string problem) =>
        new(problem, default, new ConfigurationFault(new NodePlace(JsonPath.Root), problem));
}
