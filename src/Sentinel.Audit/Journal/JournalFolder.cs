namespace Sentinel.Audit.Journal;

/// <summary>One journal's folder, held by a lock that the operating system drops when this process ends.</summary>
internal sealed class JournalFolder : IDisposable
{
    private const string LockName = "lock";

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

    /// <summary>Takes a free journal under <paramref name="root"/>, or makes one.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    public static JournalFolder Take(string root, TimeProvider time)
    {
        Directory.CreateDirectory(root);
        if (TakeFree(root).FirstOrDefault() is { } free)
        {
            return free;
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var path = System.IO.Path.Combine(root, id.ToString());
        Directory.CreateDirectory(path);
        return TryTake(path) ?? throw new IOException($"{path} is held by another process.");
    }

    /// <summary>
    /// Takes, one after the other, every journal that no process holds and that this version can read.
    /// </summary>
    public static IEnumerable<JournalFolder> TakeFree(string root) =>
        Directory.EnumerateDirectories(root)
            .Order(StringComparer.Ordinal)
            .Select(TryTake)
            .OfType<JournalFolder>();

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

    /// <summary>Deletes the journal, while its lock is held.</summary>
    public void Remove()
    {
        foreach (var (_, path) in JournalSegment.In(Path))
        {
            File.Delete(path);
        }

        File.Delete(_lock.Name);
        Directory.Delete(Path);
    }

    public void Dispose() => _lock.Dispose();

    private static int? VersionOf(string path)
    {
        Span<byte> header = stackalloc byte[JournalFormat.SegmentHeaderBytes];
        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        return JournalFormat.ReadSegmentVersion(header[..RandomAccess.Read(file, header, 0)]);
    }
}
