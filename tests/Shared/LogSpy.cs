using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Shared;

/// <summary>One message that was logged.</summary>
public sealed record LoggedMessage(int Id, LogLevel Level, string Text, Exception? Exception);

/// <summary>Keeps what is logged, of every category.</summary>
public sealed class LogSpy : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<LoggedMessage> _messages = new();

    public IReadOnlyList<LoggedMessage> Messages => [.. _messages];

    public IReadOnlyList<LoggedMessage> WithId(int id) => [.. _messages.Where(message => message.Id == id)];

    /// <summary>A logger of a class, writing here.</summary>
    public ILogger<T> For<T>() => new Typed<T>(this);

    public ILogger CreateLogger(string categoryName) => this;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        _messages.Enqueue(new LoggedMessage(eventId.Id, logLevel, formatter(state, exception), exception));
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Dispose()
    {
    }

    private sealed class Typed<T>(LogSpy spy) : ILogger<T>
    {
        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            spy.Log(logLevel, eventId, state, exception, formatter);

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
