using Sentinel.Audit.Reading;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>How rows are printed.</summary>
internal enum RowFormat
{
    Table,
    Record,
    Json,
    Csv,
}

/// <summary>Prints rows one after the other, in any form.</summary>
internal sealed class RowWriter : IDisposable
{
    private readonly AuditConsole _console;
    private readonly RowFormat _format;
    private readonly int _tableRows;
    private readonly List<StoredRow> _page = [];
    private readonly RowJson _json = new();
    private RowTable? _table;
    private bool _isFirst;

    private RowWriter(AuditConsole console, RowFormat format, int tableRows, bool hasBegun)
    {
        _isFirst = !hasBegun;
        _console = console;
        _format = format;
        _tableRows = tableRows;
    }

    /// <param name="console">Where to print.</param>
    /// <param name="format">In which form.</param>
    /// <param name="tableRows">How many rows a table waits for, to know how wide its columns are.</param>
    /// <param name="hasBegun">Whether rows stand there already, and a heading with them.</param>
    public static RowWriter For(
        AuditConsole console,
        RowFormat format,
        int tableRows = 0,
        bool hasBegun = false) => new(console, format, tableRows, hasBegun);

    public Task WriteAsync(StoredRow row)
    {
        switch (_format)
        {
            case RowFormat.Json:
                return _console.Output.WriteLineAsync(_json.Line(row));
            case RowFormat.Csv:
                return WriteAfterAsync(RowCsv.Header, RowCsv.Line(row));
            case RowFormat.Record:
                var lines = string.Join('\n', RowRecord.Lines(row));
                var gap = _isFirst ? "" : "\n";
                _isFirst = false;
                return _console.Output.WriteLineAsync(gap + lines);
            default:
                return WriteToTableAsync(row);
        }
    }

    /// <summary>Prints what a table still holds back.</summary>
    /// <param name="moreFollow">Whether rows will come that are not known yet.</param>
    public async Task EndAsync(bool moreFollow = false)
    {
        if (_format != RowFormat.Table || _table is not null || (_page.Count == 0 && !moreFollow))
        {
            return;
        }

        _table = new RowTable(_page, _console.Width, _console.IsColored, moreFollow);
        await _console.Output.WriteLineAsync(_table.Heading);
        foreach (var row in _page)
        {
            await _console.Output.WriteLineAsync(_table.Line(row));
        }

        _page.Clear();
        if (_table.LeavesOutRequests)
        {
            await _console.Output.FlushAsync();
            await _console.Error.WriteLineAsync("Request ids have no room here: widen the terminal, or use --json.");
        }
    }

    public void Dispose() => _json.Dispose();

    private async Task WriteAfterAsync(string header, string line)
    {
        if (_isFirst)
        {
            await _console.Output.WriteAsync(header);
            _isFirst = false;
        }

        await _console.Output.WriteAsync(line);
    }

    private Task WriteToTableAsync(StoredRow row)
    {
        if (_table is not null)
        {
            return _console.Output.WriteLineAsync(_table.Line(row));
        }

        _page.Add(row);
        return _page.Count == _tableRows ? EndAsync() : Task.CompletedTask;
    }
}
