namespace Sentinel.Audit.Journal;

/// <summary>One journal's folder, held by a lock that the operating system drops when this process ends.</summary>
internal sealed class JournalFolder : IDisposable
{
    private const string LockName = "lock";
    private const int NewTriesMax = 5;

    private readonly FileStream _lock;

    private JournalFolder(string path, Guid id, FileStream fileLock)
    {
        Path = path;
        Id = id;
        _lock = fileLock;
    }

    /// <summary>The journal's id: the folder's name, and <c>journal_id</c> of its rows.</summary>
    public Guid Id { get; }

    public string Path { get; }

    /// <summary>Whether there is no segment in it.</summary>
    public bool IsEmpty => JournalSegment.In(Path).Count == 0;

    /// <summary>Takes a free journal under <paramref name="root"/>, or makes one.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static JournalFolder Take(string root, TimeProvider time)
    {
        Directory.CreateDirectory(root);
        if (TakeFree(root).FirstOrDefault() is { } free)
        {
            return free;
        }

        var path = "";
        for (var i = 0; i < NewTriesMax; i++)
        {
            path = System.IO.Path.Combine(root, Guid.CreateVersion7(time.GetUtcNow()).ToString());
            Directory.CreateDirectory(path);
            // Another gateway that starts may take it for one that is left over, and remove it.
            if (TryTake(path) is { } made)
            {
                return made;
            }
        }

        throw new IOException($"{path} is held by another process.");
    }

    /// <summary>
    /// Takes, one after the other, every journal that no process holds and that this version can read.
    /// </summary>
    /// <remarks>
    /// One without a segment has nothing to write, and has forgotten its numbers: places in it would be given twice. It
    /// is removed.
    /// </remarks>
    public static IEnumerable<JournalFolder> TakeFree(string root)
    {
        foreach (var path in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            if (TryTake(path) is not { } folder)
            {
                continue;
            }

            if (!folder.IsEmpty)
            {
                yield return folder;
                continue;
            }

            folder.TryRemove();
            folder.Dispose();
        }
    }

    /// <returns>Null where another process holds it, or where it is no journal of this version.</returns>
    public static JournalFolder? TryTake(string path)
    {
        var name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(path));
        if (!Guid.TryParseExact(name, "D", out var id) || !Directory.Exists(path))
        {
            return null;
        }

        FileStream? fileLock = null;
        try
        {
            fileLock = new FileStream(
                System.IO.Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            // It may have been opened just before it was removed.
            if (File.Exists(fileLock.Name)
                && JournalSegment.In(path).All(segment => VersionOf(segment.Path) is null or JournalFormat.Version))
            {
                return new JournalFolder(path, id, fileLock);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Held by another process, or not ours to write.
        }

        fileLock?.Dispose();
        return null;
    }

    /// <summary>The journals under <paramref name="root"/> that this version cannot read.</summary>
    public static IEnumerable<string> OfOtherVersions(string root) =>
        Directory.EnumerateDirectories(root)
            .Order(StringComparer.Ordinal)
            .Where(path => JournalSegment.In(path).Any(
                segment => VersionOf(segment.Path) is not null and not JournalFormat.Version));

    /// <summary>
    /// Deletes the journal, while its lock is held. What cannot be deleted is without a segment, and of no further use.
    /// </summary>
    public void TryRemove()
    {
        try
        {
            foreach (var (_, path) in JournalSegment.In(Path))
            {
                File.Delete(path);
            }

            File.Delete(_lock.Name);
            Directory.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next start tries again.
        }
    }

    public void Dispose() => _lock.Dispose();

    private static int? VersionOf(string path)
    {
        Span<byte> header = stackalloc byte[JournalFormat.SegmentHeaderBytes];
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        return JournalFormat.ReadSegmentVersion(header[..RandomAccess.Read(file, header, 0)]);
    }
}
