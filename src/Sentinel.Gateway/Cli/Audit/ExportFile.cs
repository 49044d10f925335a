using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>A file of exported rows that an earlier run may have left unfinished.</summary>
/// <remarks>A row is a line in either form, so that the last line end is where the last whole row ends.</remarks>
internal static class ExportFile
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>Makes a new file.</summary>
    /// <exception cref="AuditReadException">There is one already.</exception>
    public static FileStream Create(string path)
    {
        if (File.Exists(path))
        {
            throw new AuditReadException(
                $"{path} exists already: go on with it by --resume, or name another file.");
        }

        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
    }

    /// <summary>
    /// Opens a file, makes it if it is not there, cuts off what stands after its last whole row, and stands at its end.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="isCsv">Of which form it has to be.</param>
    /// <returns>The file, and the cursor of its last row; null where it has none.</returns>
    /// <exception cref="AuditReadException">It holds something else.</exception>
    public static (FileStream File, AuditCursor? Last) Resume(string path, bool isCsv)
    {
        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var end = LastLineEnd(file, file.Length);
            if (end < 0)
            {
                // Nothing whole: whatever it is, it must at least be how ours begins.
                CheckBeginning(file, isCsv, path);
                file.SetLength(0);
                return (file, null);
            }

            CheckBeginning(file, isCsv, path);
            var start = LastLineEnd(file, end) + 1;
            var line = ReadText(file, start, end);
            if (isCsv && start == 0)
            {
                file.SetLength(0);
                return (file, null);
            }

            var last = Cursor(line.TrimEnd('\r'), isCsv)
                ?? throw new AuditReadException($"{path} does not end in an exported row: name another file.");
            file.SetLength(end + 1);
            file.Seek(0, SeekOrigin.End);
            return (file, last);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void CheckBeginning(FileStream file, bool isCsv, string path)
    {
        var expected = isCsv ? RowCsv.Header : "{\"id\":";
        var beginning = ReadText(file, 0, Math.Min(file.Length, expected.Length));
        if (!expected.StartsWith(beginning, StringComparison.Ordinal))
        {
            throw new AuditReadException($"{path} is no {(isCsv ? "CSV" : "JSON")} export: name another file.");
        }
    }

    // The place of the last line end before another place; -1 for none.
    private static long LastLineEnd(FileStream file, long before)
    {
        var block = new byte[BlockBytes];
        while (before > 0)
        {
            var length = (int)Math.Min(before, BlockBytes);
            file.Seek(before - length, SeekOrigin.Begin);
            file.ReadExactly(block, 0, length);
            var place = block.AsSpan(0, length).LastIndexOf((byte)'\n');
            if (place >= 0)
            {
                return before - length + place;
            }

            before -= length;
        }

        return -1;
    }

    private static string ReadText(FileStream file, long start, long end)
    {
        var bytes = new byte[end - start];
        file.Seek(start, SeekOrigin.Begin);
        file.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static AuditCursor? Cursor(string line, bool isCsv)
    {
        string? time;
        long id;
        if (isCsv)
        {
            var cells = line.Split(',', 4);
            time = cells.ElementAtOrDefault(2);
            if (!long.TryParse(cells[0], CultureInfo.InvariantCulture, out id))
            {
                return null;
            }
        }
        else
        {
            try
            {
                using var row = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 512 });
                time = row.RootElement.GetProperty("timestamp").GetString();
                id = row.RootElement.GetProperty("id").GetInt64();
            }
            catch (Exception exception) when (exception is JsonException or InvalidOperationException
                or KeyNotFoundException or FormatException)
            {
                return null;
            }
        }

        return RowFields.TryParseTime(time, out var micros) ? new AuditCursor(micros, id) : null;
    }
}
