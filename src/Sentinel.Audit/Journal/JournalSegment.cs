using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Sentinel.Audit.Journal;

/// <summary>One file of a journal. Written under the journal's lock, read by anyone up to <see cref="End"/>.</summary>
internal sealed class JournalSegment(int number, string path, SafeFileHandle file, long capacity, long end)
{
    private const string Extension = ".journal";

    private long _end = end;

    public int Number => number;

    public string Path => path;

    // Never disposed while the journal is open: whoever still reads a removed segment goes on reading it.
    public SafeFileHandle File => file;

    /// <summary>What it takes on disk.</summary>
    public long Capacity { get; set; } = capacity;

    /// <summary>Offset behind the last record.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    public long Room => Capacity - End;

    /// <summary>Whether no record follows any more.</summary>
    public bool IsSealed { get; set; }

    /// <summary>
    /// Whether the disk failed to keep what is in it: the kernel may have dropped the pages and call the next flush a
    /// success.
    /// </summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether this run began it, so that all that is below is known of it.</summary>
    public bool IsKnown { get; set; }

    /// <summary>The place behind the last row in it; 0 for none.</summary>
    public long LastRow { get; set; }

    /// <summary>The place behind the last row that needs a Begin in it; 0 for none.</summary>
    public long LastEnd { get; set; }

    /// <summary>Calls without an End whose Begin is in it.</summary>
    public HashSet<JournalTicket> Open { get; } = [];

    /// <summary>How far the store must be for the segment to be needed no more.</summary>
    public long NeededUntil => Math.Max(LastRow, LastEnd);

    public static string NameOf(int number) => number.ToString("D10", CultureInfo.InvariantCulture) + Extension;

    /// <summary>The numbers and paths of a folder's segments, oldest first.</summary>
    public static IReadOnlyList<(int Number, string Path)> In(string folder) =>
    [
        .. from path in Directory.EnumerateFiles(folder, "*" + Extension)
           let name = System.IO.Path.GetFileNameWithoutExtension(path)
           where int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
           let number = int.Parse(name, CultureInfo.InvariantCulture)
           orderby number
           select (number, path),
    ];

    /// <summary>The disk failed it: it is not written again, and nobody may count on what is in it.</summary>
    public void Fail()
    {
        HasFailed = true;
        IsSealed = true;
    }

    /// <summary>Deletes it, once nobody needs what is in it, and gives its blocks back at once.</summary>
    public void Delete()
    {
        TryDelete(Path);
        try
        {
            RandomAccess.SetLength(File, 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // They come back with the handle.
        }
    }

    /// <summary>Closes and deletes it: it holds no record.</summary>
    public void Discard()
    {
        File.Dispose();
        TryDelete(Path);
    }

    /// <summary>
    /// Deletes a file that nobody needs, or leaves it: the next start finds an empty segment, or one that is stored.
    /// </summary>
    public static void TryDelete(string path)
    {
        try
        {
            System.IO.File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left, as said above.
        }
    }
}
