using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Reload;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>A proxy.json in a folder of its own, with the source and the watcher over it.</summary>
internal sealed class WatchedFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sentinel-");
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    public WatchedFile()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Sentinel.Gateway" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            _counts[instrument.Name] = _counts.GetValueOrDefault(instrument.Name) + value);
        _listener.Start();
    }

    public string Folder => _folder.FullName;

    public string Path => System.IO.Path.Combine(Folder, "proxy.json");

    public ConfigurationSource Source { get; private set; } = null!;

    public ConfigurationWatcher Watcher { get; private set; } = null!;

    public ManualTimers Timers { get; } = new();

    public LogBook Log { get; } = new();

    public long Failed => _counts.GetValueOrDefault("sentinel.config.reload.failed");

    public long Reloaded => _counts.GetValueOrDefault("sentinel.config.reloaded");

    /// <summary>A valid file whose role, route and backend carry the number, so that a mixture would show.</summary>
    public static string Numbered(int number, string members = "") =>
        $$"""
        {
          "ReverseProxy": {
            "Routes": { "r{{number}}": { "ClusterId": "c{{number}}", "Match": { "Path": "/{**rest}" } } },
            "Clusters": { "c{{number}}": { "Destinations": { "one": { "Address": "http://127.0.0.1:3001/" } } } }
          },
          "Sentinel": {
            "Authentication": { "Anonymous": { "Roles": ["v{{number}}"] } }, {{members}}
            "Rbac": { "Roles": { "v{{number}}": { "Allow": ["*"] } } }
          }
        }
        """;

    public static async Task<WatchedFile> StartAsync(string? text = null, Action<WatchedFile>? write = null)
    {
        var file = new WatchedFile();
        (write ?? (f => f.Write(text ?? Numbered(1))))(file);
        file.Source = await ConfigurationSource.LoadAsync(
            file.Path, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
        file.Watcher = new ConfigurationWatcher(
            file.Source, file.Timers, file._services.GetRequiredService<IMeterFactory>(), file.Log);
        return file;
    }

    public void Write(string text) => File.WriteAllText(Path, text);

    public Task LookAsync() => Watcher.LookAsync(TestContext.Current.CancellationToken);

    /// <summary>As many looks as a change takes to count.</summary>
    public async Task SettleAsync()
    {
        await LookAsync();
        await LookAsync();
    }

    public async Task WriteAndSettleAsync(string text)
    {
        Write(text);
        await SettleAsync();
    }

    public void Dispose()
    {
        Watcher?.Dispose();
        _listener.Dispose();
        _services.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class LogBook : ILogger<ConfigurationWatcher>
{
    private readonly Lock _writing = new();
    private readonly List<(int Id, LogLevel Level, string Message)> _lines = [];

    /// <summary>The message at which logging fails, once.</summary>
    public int? FailsAt { get; set; }

    public IReadOnlyList<(int Id, LogLevel Level, string Message)> Lines
    {
        get
        {
            lock (_writing)
            {
                return [.. _lines];
            }
        }
    }

    public IEnumerable<string> Messages(int id) => Lines.Where(line => line.Id == id).Select(line => line.Message);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (FailsAt == eventId.Id)
        {
            FailsAt = null;
            throw new InvalidOperationException("The log is full.");
        }

        lock (_writing)
        {
            _lines.Add((eventId.Id, logLevel, formatter(state, exception)));
        }
    }
}

/// <summary>A clock whose timers tick when the test says so.</summary>
internal sealed class ManualTimers : TimeProvider
{
    private Action? _tick;

    public TimeSpan Period { get; private set; }

    public void Tick() => _tick?.Invoke();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Period = period;
        _tick = () => callback(state);
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
