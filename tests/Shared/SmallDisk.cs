using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Sentinel.Tests.Shared;

/// <summary>A file system of a few megabytes (tmpfs), so that a test can fill a disk and make room on it again.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SmallDisk()
    {
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder.Path;

    private string Ballast => _folder.File("ballast");

    /// <summary>
    /// Mounts one that everybody may write. Where that is not permitted the test is skipped, under CI=true as well: a
    /// container may forbid it.
    /// </summary>
    public static SmallDisk Mount(int megabytes)
    {
        var disk = new SmallDisk();
        var options = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0777");
        if (Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", disk.Path) is not { } refusal)
        {
            return disk;
        }

        disk._folder.Dispose();
        Assert.Skip($"A file system cannot be mounted here: {refusal}");
        return disk;
    }

    /// <summary>Takes every byte that is free.</summary>
    public void Fill()
    {
        using var file = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var block = new byte[64 * 1024]; block.Length > 0;)
        {
            try
            {
                file.Write(block);
            }
            catch (IOException)
            {
                // Smaller pieces may still fit.
                block = new byte[block.Length > 4096 ? 4096 : 0];
            }
        }
    }

    /// <summary>Gives back what <see cref="Fill"/> has taken.</summary>
    public void MakeRoom() => File.Delete(Ballast);

    /// <summary>Refuses writing from here on; nobody may have a file open for it.</summary>
    public void ForbidWriting() => Assert.Null(Run("mount", "-o", "remount,ro", Path));

    public void Dispose()
    {
        // Lazily, so that a process which is still ending cannot keep it.
        Run("umount", "-l", Path);
        _folder.Dispose();
    }

    // Returns what it said where it failed.
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : said.Trim();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return exception.Message;
        }
    }
}
