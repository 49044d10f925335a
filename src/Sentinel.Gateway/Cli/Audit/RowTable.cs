using System.Globalization;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration.Pinning;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>Rows as lines under a heading, as wide as the terminal.</summary>
/// <remarks>
/// Columns are as wide as the first page needs. Where that is too wide the longest are narrowed, and a cell that is cut
/// ends in an ellipsis; a request id is left out as a whole before anything is too narrow to read.
/// </remarks>
internal sealed class RowTable
{
    private const string Gap = "  ";
    private const int WidthMin = 8;

    private static readonly Column[] Columns =
    [
        new("TIME (UTC)", row => row.Timestamp.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)),
        new("CALLER", row => row.ClientSubject, Usual: 20),
        new("TOOL", row => $"{row.BackendName}/{row.ToolName}", Usual: 36),
        new("OUTCOME", row => row.ResponseStatus),
        new("REASON", row => row.Reason ?? "", Usual: 16),
        new("MS", row => Milliseconds(row.LatencyUs ?? (row.LatencyMs * 1000)), IsRight: true),
        new("REQUEST", row => row.RequestId.ToString()),
    ];

    private readonly List<(Column Column, int Width)> _columns;
    private readonly bool _isColored;
    private readonly bool _mayCut;

    /// <param name="page">The rows whose values say how wide columns are.</param>
    /// <param name="width">Columns of the terminal; null for as many as it takes, and nothing is cut.</param>
    /// <param name="isColored">Whether errors and denials have a colour.</param>
    /// <param name="isFirstOfMany">Whether rows will follow that are not known yet.</param>
    public RowTable(
        IReadOnlyCollection<StoredRow> page,
        int? width,
        bool isColored = false,
        bool isFirstOfMany = false)
    {
        _isColored = isColored;
        _mayCut = width is not null;
        var needed = Columns.Select(column => (column, Math.Max(
            Math.Max(column.Name.Length, isFirstOfMany ? column.Usual : 0),
            page.Select(row => CellText.WidthOf(VisibleText.Escape(column.Read(row)))).DefaultIfEmpty().Max())));
        _columns = [.. needed];
        if (width is not { } most)
        {
            return;
        }

        if (Narrowest > most)
        {
            _columns.RemoveAt(_columns.Count - 1);
            LeavesOutRequests = true;
        }

        Narrow(most, WidthMin, column => column.Usual > 0);
        Narrow(most, 1, _ => true);
    }

    /// <summary>Whether request ids had no room.</summary>
    public bool LeavesOutRequests { get; }

    public string Heading => string.Join(Gap, _columns.Select(
        column => Cell(column.Column, column.Column.Name, column.Width))).TrimEnd();

    private int Narrowest =>
        GapsWidth
        + _columns.Sum(column => column.Column.Usual > 0 ? Math.Min(column.Width, WidthMin) : column.Width);

    private int Total => GapsWidth + _columns.Sum(column => column.Width);

    private int GapsWidth => Gap.Length * (_columns.Count - 1);

    public string Line(StoredRow row)
    {
        var cells = _columns.Select(column =>
        {
            var cell = Cell(column.Column, column.Column.Read(row), column.Width);
            return _isColored && column.Column.Name == "OUTCOME" ? TextColor.OfOutcome(row.ResponseStatus, cell) : cell;
        });
        return string.Join(Gap, cells).TrimEnd();
    }

    public static string Milliseconds(long? micros) => micros is { } us
        ? (us / 1000.0).ToString(us < 100_000 ? "0.0" : "0", CultureInfo.InvariantCulture)
        : "–";

    private string Cell(Column column, string text, int width) =>
        CellText.Fit(text, width, column.IsRight, _mayCut);

    private void Narrow(int most, int least, Func<Column, bool> mayShrink)
    {
        while (Total > most)
        {
            var widest = -1;
            for (var i = 0; i < _columns.Count; i++)
            {
                var (column, width) = _columns[i];
                if (width > least && mayShrink(column) && (widest < 0 || width > _columns[widest].Width))
                {
                    widest = i;
                }
            }

            if (widest < 0)
            {
                return;
            }

            _columns[widest] = (_columns[widest].Column, _columns[widest].Width - 1);
        }
    }

    /// <param name="Usual">The width that most values need, of a column that may be narrowed; 0 for none.</param>
    private sealed record Column(
        string Name,
        Func<StoredRow, string> Read,
        int Usual = 0,
        bool IsRight = false);
}
