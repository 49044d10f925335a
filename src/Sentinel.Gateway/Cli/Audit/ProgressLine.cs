namespace Sentinel.Gateway.Cli.Audit;

/// <summary>
/// A line on the error stream's terminal that is written anew while something goes on, and removed at its end.
/// </summary>
internal sealed class ProgressLine : IDisposable
{
    private const string ToStartAndClear = "\r\u001b[K";

    private static readonly TimeSpan FirstAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly TextWriter _output;
    private readonly Func<TimeSpan, string> _text;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly ITimer? _timer;
    private bool _isShown;
    private bool _isOver;

    /// <param name="console">Nothing is written where nobody watches.</param>
    /// <param name="time">When to write.</param>
    /// <param name="text">What to write after so much time; short, and of our own making.</param>
    public ProgressLine(AuditConsole console, TimeProvider time, Func<TimeSpan, string> text)
    {
        _output = console.Error;
        _text = text;
        _time = time;
        _startedAt = time.GetTimestamp();
        _timer = console.IsWatched ? time.CreateTimer(_ => Show(), null, FirstAfter, Interval) : null;
    }

    /// <summary>A line that only says how long it has been.</summary>
    public static ProgressLine Waiting(AuditConsole console, TimeProvider time) =>
        new(console, time, elapsed => AuditConsole.Text($"Searching, {elapsed.TotalSeconds:0} s. Ctrl+C stops."));

    /// <summary>A line that says how much has been done; how much there is would take as long to find out.</summary>
    public static ProgressLine Counting(AuditConsole console, TimeProvider time, string what, Func<long> count) =>
        new(console, time, elapsed => AuditConsole.Text(
            $"{count():N0} {what}, {count() / elapsed.TotalSeconds:N0}/s, {elapsed.TotalSeconds:0} s. Ctrl+C stops."));

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
            if (_isShown)
            {
                _output.Write(ToStartAndClear);
                _isShown = false;
            }
        }
    }

    private void Show()
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _output.Write(ToStartAndClear + _text(_time.GetElapsedTime(_startedAt)));
                _isShown = true;
            }
        }
    }
}
