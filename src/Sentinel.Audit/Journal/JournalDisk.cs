using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sentinel.Audit.Journal;

/// <summary>What the journal asks of the operating system; tests put failing disks in its place.</summary>
internal class JournalDisk
{
    /// <summary>
    /// Makes a file whose blocks are there already, so that a disk that fills up later cannot refuse them.
    /// </summary>
    public virtual SafeFileHandle Create(string path, long bytes) =>
        File.OpenHandle(
            path,
            FileMode.CreateNew,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete,
            FileOptions.None,
            bytes);

    public virtual SafeFileHandle Open(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Into the page cache, from where the kernel writes it: a killed process loses nothing of it.</summary>
    public virtual void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) =>
        RandomAccess.Write(file, bytes, offset);

    /// <summary>Returns when everything written is on the disk.</summary>
    public virtual void Flush(SafeFileHandle file) => RandomAccess.FlushToDisk(file);

    /// <summary>Returns when a new file's name is on the disk.</summary>
    public virtual void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = OpenFolder(path, 0);
        if (folder < 0)
        {
            throw new IOException($"{path} cannot be opened.");
        }

        var result = Flush(folder);
        _ = Close(folder);
        if (result < 0)
        {
            throw new IOException($"{path} cannot be written to disk.");
        }
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFolder([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Flush(int folder);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int folder);
}
