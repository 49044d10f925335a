using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli.Replay;

/// <summary>Prints a replay's report, for people or for programs.</summary>
/// <param name="From">The first moment that was asked for.</param>
/// <param name="To">The moment before which calls had to arrive; null for no end.</param>
/// <param name="Store">Where the calls were recorded.</param>
/// <param name="Config">The file whose policy was tried.</param>
internal sealed record ReplayWriter(DateTimeOffset From, DateTimeOffset? To, string Store, string Config)
{
    private const int GroupsShown = 50;

    private static readonly JsonWriterOptions JsonOptions = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.Default,
    };

    private static readonly (Flip Flip, string Title)[] Sections =
    [
        (Flip.AllowedToDenied, "allowed → denied"),
        (Flip.DeniedToAllowed, "denied → allowed"),
        (Flip.OnTrial, "allowed → denied, but for Shadow"),
        (Flip.Undecidable, "undecidable (it hangs on arguments that were redacted or cut)"),
    ];

    public async Task WriteTextAsync(ReplayReport report, TextWriter output)
    {
        await output.WriteLineAsync(
            $"{Count(report.Calls)} recorded in {Store} from {Time(From)}{(To is { } to ? $" to {Time(to)}" : "")}, "
            + $"decided anew by {FaultText.OneLine(Config)}.");
        await output.WriteLineAsync("Callers have the roles that were recorded with each call.");
        foreach (var (flip, title) in Sections.Where(section => report[section.Flip] > 0))
        {
            await output.WriteLineAsync($"\n{title}: {Count(report[flip])}");
            await WriteGroupsAsync(report, flip, output);
        }

        await output.WriteLineAsync($"\nunchanged: {Count(report.Unchanged)}");
        if (report.NotCompared > 0)
        {
            await output.WriteLineAsync(
                $"not compared: {Count(report.NotCompared)}, "
                + "refused before a policy was asked, by a limit or for a pin");
        }
    }

    public Task WriteJsonAsync(ReplayReport report, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            WriteReport(json, report);
        }

        return output.WriteLineAsync(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private void WriteReport(Utf8JsonWriter json, ReplayReport report)
    {
        json.WriteStartObject();
        json.WriteString("from", From);
        if (To is { } to)
        {
            json.WriteString("to", to);
        }

        json.WriteString("store", Store);
        json.WriteString("config", Config);
        json.WriteNumber("calls", report.Calls);
        json.WriteNumber("unchanged", report.Unchanged);
        json.WriteNumber("notCompared", report.NotCompared);
        foreach (var (flip, _) in Sections)
        {
            json.WriteStartObject(JsonNamingPolicy.CamelCase.ConvertName(flip.ToString()));
            json.WriteNumber("calls", report[flip]);
            json.WriteStartArray("groups");
            foreach (var group in report.Groups(flip))
            {
                WriteGroup(json, group);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteGroup(Utf8JsonWriter json, ReplayGroup group)
    {
        json.WriteStartObject();
        json.WriteString("issuer", group.Issuer);
        json.WriteString("caller", group.Caller);
        json.WriteString("tool", group.Tool);
        json.WriteNumber("calls", group.Calls);
        json.WriteString("requestId", group.RequestId);
        json.WriteString("rule", group.Rule);
        json.WriteEndObject();
    }

    private static async Task WriteGroupsAsync(ReplayReport report, Flip flip, TextWriter output)
    {
        var groups = report.Groups(flip);
        foreach (var group in groups.Take(GroupsShown))
        {
            // Names come from clients: a terminal must not obey them.
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"  {group.Calls,9:N0}  {FaultText.OneLine(group.Caller)}  {FaultText.OneLine(group.Tool)}  "
                + $"{FaultText.OneLine(group.Rule)}  e.g. {group.RequestId}"));
        }

        var shown = groups.Take(GroupsShown).Sum(group => group.Calls);
        if (shown < report[flip])
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"  {report[flip] - shown,9:N0}  by further callers and tools"));
        }
    }

    private static string Count(long calls) =>
        string.Create(CultureInfo.InvariantCulture, $"{calls:N0} call{(calls == 1 ? "" : "s")}");

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
