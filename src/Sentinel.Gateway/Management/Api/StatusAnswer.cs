using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Sentinel.Audit;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Management.Api;

/// <summary>How this gateway does: traffic, configuration, audit. Nothing secret is in it.</summary>
internal sealed class StatusAnswer(
    ConfigurationSource configuration,
    AuditChannel audit,
    RunningExchanges running,
    DrainState drain,
    TimeProvider time)
{
    private static readonly string Version = typeof(StatusAnswer).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    // It is made with the pipeline, when the host starts.
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public async Task<ApiError?> AnswerAsync(ApiRequest request)
    {
        if (CallFilters.Problem(request.Query, []) is { } problem)
        {
            return ApiError.BadRequest(problem);
        }

        await ApiJson.WriteAsync(request.Context, json =>
        {
            json.WriteStartObject();
            json.WriteString("version", Version);
            json.WriteString("instance", string.Create(
                CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}"));
            json.WriteTime("startedAt", _startedAt);
            json.WriteBoolean("draining", drain.IsDraining);
            json.WriteNumber("requests", running.Requests);
            json.WriteNumber("streams", running.Streams);
            WriteConfiguration(json);
            WriteAudit(json);
            json.WriteEndObject();
        });
        return null;
    }

    private void WriteConfiguration(Utf8JsonWriter json)
    {
        json.WriteStartObject("configuration");
        json.WriteString("path", configuration.Path);
        json.WriteTime("loadedAt", configuration.LoadedAt);
        json.WriteTexts("warnings", configuration.Current.Warnings);
        json.WriteString("lastFault", configuration.LastFault?.Faults);
        json.WriteTime("lastFaultAt", configuration.LastFault?.At);
        json.WriteEndObject();
    }

    private void WriteAudit(Utf8JsonWriter json)
    {
        var status = audit.Status;
        var options = configuration.AtStart.Sentinel.Audit;
        json.WriteStartObject("audit");
        json.WriteBoolean("enabled", status.Enabled);
        json.WriteString("store", status.Store);
        json.WriteString("guarantee", options.Guarantee.ToString());
        json.WriteBoolean("healthy", status.Healthy);
        json.WriteString("lastError", status.LastError);
        json.WriteTime("lastErrorAt", status.LastErrorAt);
        json.WriteNumber("queued", status.Queued);
        json.WriteNumber("written", status.Written);
        json.WriteNumber("dropped", status.Dropped);
        json.WriteNumber("quarantined", status.Quarantined);
        json.WriteNumber("unjournaled", status.Unjournaled);
        json.WriteNumber("lagSeconds", status.LagSeconds);
        if (status.Enabled && (options.Guarantee != AuditGuarantee.BestEffort || options.StrictFor.Count > 0))
        {
            json.WriteStartObject("journal");
            json.WriteString("path", options.Journal.Path);
            json.WriteNumber("bytesBehind", status.JournalBytesBehind);
            json.WriteNumber("maxBytes", options.Journal.MaxBytes);
            json.WriteString("fault", status.JournalFault);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("journal");
        }

        json.WriteBoolean("refusesCalls", status.RefusesCalls);
        json.WriteEndObject();
    }
}
