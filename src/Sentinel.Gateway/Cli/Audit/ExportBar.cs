namespace Sentinel.Gateway.Cli.Audit;

/// <summary>How far an export has come, by the time of its rows: counting them first would take as long.</summary>
internal sealed class ExportBar(DateTimeOffset end)
{
    private const int Cells = 30;

    private readonly long _endMicros = end.UtcTicks / TimeSpan.TicksPerMicrosecond;
    private long _startMicros;
    private long _micros;
    private long _rows;

    public long Rows => Volatile.Read(ref _rows);

    public void Advance(long micros)
    {
        if (_rows == 0)
        {
            Volatile.Write(ref _startMicros, micros);
        }

        Volatile.Write(ref _micros, micros);
        Volatile.Write(ref _rows, _rows + 1);
    }

    public string Text(TimeSpan elapsed)
    {
        var rows = Rows;
        if (rows == 0)
        {
            return AuditConsole.Text($"Searching, {elapsed.TotalSeconds:0} s. Ctrl+C stops.");
        }

        var start = Volatile.Read(ref _startMicros);
        var part = (double)(Volatile.Read(ref _micros) - start) / Math.Max(1, _endMicros - start);
        var done = Math.Clamp(part, 0, 1);
        var bar = new string('#', (int)(done * Cells)).PadRight(Cells, '.');
        return AuditConsole.Text($"[{bar}] {done:P0}, {rows:N0} calls, {rows / elapsed.TotalSeconds:N0}/s");
    }
}
