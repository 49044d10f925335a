namespace Sentinel.Audit.Reading;

/// <summary>How many rows to take at a time, so that a few megabytes are held however long rows are.</summary>
internal sealed class FetchStep
{
    public const int RowsMax = 1000;
    public const int RowsFirst = 64;
    public const long BytesMax = 4 * 1024 * 1024;

    // An ordinary row, beside its arguments.
    private const int RowBytes = 1024;

    /// <summary>Small at first: nothing is known of the rows, and whoever asks for a page wants it soon.</summary>
    public int RowCount { get; private set; } = RowsFirst;

    /// <summary>About what a row takes in memory.</summary>
    public static long BytesOf(StoredRow row) => RowBytes + (long)row.RequestArgs.Length;

    /// <summary>Chooses the next count by what the last rows weighed.</summary>
    /// <returns>True, so that it can stand in a loop's condition.</returns>
    public bool Adapt(IReadOnlyCollection<StoredRow> rows)
    {
        var bytes = rows.Sum(BytesOf);
        RowCount = (int)Math.Clamp(BytesMax * rows.Count / Math.Max(bytes, 1), 1, Math.Min(RowsMax, 2L * rows.Count));
        return true;
    }
}
