using System.Collections.Concurrent;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Sentinel.SampleServer;

/// <summary>Keeps the events of the newest streams, for clients that come back with a Last-Event-ID.</summary>
internal sealed class EventStore : ISseEventStreamStore
{
    private const int StreamsMax = 500;

    private readonly ConcurrentDictionary<int, StoredStream> _streams = new();
    private int _created;

    public ValueTask<ISseEventStreamWriter> CreateStreamAsync(
        SseEventStreamOptions options,
        CancellationToken cancellationToken = default
    )
    {
        var number = Interlocked.Increment(ref _created);
        var stream = new StoredStream(number, options);
        _streams[number] = stream;
        _streams.TryRemove(number - StreamsMax, out _);
        return ValueTask.FromResult<ISseEventStreamWriter>(stream);
    }

    public ValueTask<ISseEventStreamReader?> GetStreamReaderAsync(
        string lastEventId,
        CancellationToken cancellationToken = default
    )
    {
        ISseEventStreamReader? reader =
            lastEventId.Split('-') is [var first, var second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && _streams.TryGetValue(number, out var stream)
                ? new StoredStreamReader(stream, index)
                : null;
        return ValueTask.FromResult(reader);
    }

    private sealed class StoredStream(int number, SseEventStreamOptions options) : ISseEventStreamWriter
    {
        private readonly Lock _lock = new();
        private readonly List<SseItem<JsonRpcMessage?>> _events = [];
        private TaskCompletionSource _changed = NewSignal();
        private SseEventStreamMode _mode = options.Mode;
        private bool _isComplete;

        public string SessionId => options.SessionId;

        public string StreamId => options.StreamId;

        public ValueTask<SseItem<JsonRpcMessage?>> WriteEventAsync(
            SseItem<JsonRpcMessage?> sseItem,
            CancellationToken cancellationToken = default
        )
        {
            if (sseItem.EventId is not null)
            {
                return ValueTask.FromResult(sseItem);
            }

            var stored = sseItem;
            Change(() =>
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{number}-{_events.Count}");
                stored = sseItem with { EventId = id };
                _events.Add(stored);
            });
            return ValueTask.FromResult(stored);
        }

        public ValueTask SetModeAsync(SseEventStreamMode mode, CancellationToken cancellationToken = default)
        {
            Change(() => _mode = mode);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            Change(() => _isComplete = true);
            return ValueTask.CompletedTask;
        }

        /// <summary>The event at that place; null if none will come, or none while a client only polls.</summary>
        public async Task<SseItem<JsonRpcMessage?>?> EventAsync(int index, CancellationToken cancellationToken)
        {
            while (true)
            {
                Task changed;
                lock (_lock)
                {
                    if (index < _events.Count)
                    {
                        return _events[index];
                    }

                    if (_isComplete || _mode is SseEventStreamMode.Polling)
                    {
                        return null;
                    }

                    changed = _changed.Task;
                }

                await changed.WaitAsync(cancellationToken);
            }
        }

        private void Change(Action change)
        {
            lock (_lock)
            {
                change();
                _changed.SetResult();
                _changed = NewSignal();
            }
        }

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class StoredStreamReader(StoredStream stream, int lastIndex) : ISseEventStreamReader
    {
        public string SessionId => stream.SessionId;

        public string StreamId => stream.StreamId;

        public async IAsyncEnumerable<SseItem<JsonRpcMessage?>> ReadEventsAsync(
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            for (var i = lastIndex + 1; await stream.EventAsync(i, cancellationToken) is { } next; i++)
            {
                yield return next;
            }
        }
    }
}
