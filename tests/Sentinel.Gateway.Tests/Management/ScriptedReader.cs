using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Management.Api;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>A store that gives rows without end, or fails, as a test says.</summary>
internal sealed class ScriptedReader : IAuditReader
{
    private static readonly byte[] Arguments =
        System.Text.Encoding.UTF8.GetBytes("{\"text\":\"" + new string('x', 60_000) + "\"}");

    public string Name => "Scripted";

    public bool IsAway { get; set; }

    public long Given { get; private set; }

    public void Register(IServiceCollection services, TimeSpan? stallMax = null) => services.AddSingleton(
        provider => new StoreQuestions(
            provider.GetRequiredService<ConfigurationSource>(), provider.GetRequiredService<AuditChannel>(), this)
        {
            StallMax = stallMax ?? TimeSpan.FromMinutes(1),
        });

    public async IAsyncEnumerable<StoredRow> ReadAsync(
        AuditQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 1; i <= (query.Limit ?? int.MaxValue); i++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            Given++;
            yield return new StoredRow
            {
                Id = i,
                RequestId = Guid.NewGuid(),
                TimestampMicros = i,
                ClientSubject = "key:bot",
                ClientRole = "caller",
                ToolName = "search",
                BackendName = "github",
                RequestArgs = Arguments,
                ResponseStatus = "success",
                LatencyMs = 1,
                CreatedAtMicros = i,
            };
        }
    }

    public async IAsyncEnumerable<StoredCheckpoint> ReadCheckpointsAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (IsAway)
        {
            throw new AuditReadException("The store is away.");
        }

        yield break;
    }

    public async IAsyncEnumerable<StoredRow> ReadSpansAsync(
        IReadOnlyList<AuditSpan> spans,
        AuditQuery filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        yield break;
    }

    public Task<AuditStatistics> ReadStatisticsAsync(
        AuditQuery query, AuditGrouping grouping, CancellationToken cancellationToken) =>
        throw new AuditReadException("No figures.");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
