using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Configuration.Pinning;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>Prints figures, for people or for programs.</summary>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment before which calls had to arrive.</param>
/// <param name="Store">Where the calls were recorded.</param>
/// <param name="Grouping">What they were counted by.</param>
internal sealed record StatsWriter(DateTimeOffset From, DateTimeOffset To, string Store, AuditGrouping Grouping)
{
    private const string All = "all";
    private const int KeyWidthMin = 8;

    private static readonly JsonWriterOptions JsonOptions = new() { Indented = true };

    private static readonly string[] Headings =
        ["CALLS", "ERRORS", "%", "DENIED", "%", "P50 ms", "P95 ms", "P99 ms"];

    public async Task WriteTextAsync(AuditStatistics statistics, AuditConsole console)
    {
        await console.Output.WriteLineAsync($"Calls in {Store} from {Time(From)} to {Time(To)}");
        if (statistics.Total.Calls == 0)
        {
            await console.Output.WriteLineAsync("None.");
            return;
        }

        var figures = statistics.Groups.Append(statistics.Total with { Key = All }).ToList();
        var lines = figures.Select(Cells).Prepend(Headings).ToList();
        var widths = Headings.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        var keys = figures.Select(figure => figure.Key).Prepend(Grouping.ToString().ToUpperInvariant()).ToList();
        var keyWidth = keys.Max(key => CellText.WidthOf(VisibleText.Escape(key)));
        if (console.Width is { } most)
        {
            keyWidth = Math.Min(keyWidth, Math.Max(KeyWidthMin, most - widths.Sum(width => width + 2)));
        }

        for (var i = 0; i < lines.Count; i++)
        {
            await console.Output.WriteLineAsync(CellText.Fit(keys[i], keyWidth)
                + string.Concat(lines[i].Select((cell, column) => "  " + cell.PadLeft(widths[column]))));
        }

        if (statistics.GroupCount > statistics.Groups.Count)
        {
            await console.Output.WriteLineAsync(AuditConsole.Text(
                $"… and {statistics.GroupCount - statistics.Groups.Count:N0} more, which --limit leaves out."));
        }
    }

    public Task WriteJsonAsync(AuditStatistics statistics, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("store", Store);
            json.WriteString("from", From.UtcDateTime);
            json.WriteString("to", To.UtcDateTime);
            json.WriteString("by", JsonNamingPolicy.CamelCase.ConvertName(Grouping.ToString()));
            json.WriteNumber("groupCount", statistics.GroupCount);
            json.WritePropertyName("total");
            Write(json, statistics.Total);
            json.WriteStartArray("groups");
            foreach (var group in statistics.Groups)
            {
                Write(json, group);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WriteLineAsync(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter json, AuditFigures figures)
    {
        json.WriteStartObject();
        if (figures.Key.Length > 0)
        {
            json.WriteString("key", figures.Key);
        }

        json.WriteNumber("calls", figures.Calls);
        json.WriteNumber("errors", figures.Errors);
        json.WriteNumber("denied", figures.Denied);
        Write(json, "p50Us", figures.P50Us);
        Write(json, "p95Us", figures.P95Us);
        Write(json, "p99Us", figures.P99Us);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static string[] Cells(AuditFigures figures) =>
    [
        Number(figures.Calls), Number(figures.Errors), Percent(figures.Errors, figures.Calls),
        Number(figures.Denied), Percent(figures.Denied, figures.Calls),
        RowTable.Milliseconds(figures.P50Us), RowTable.Milliseconds(figures.P95Us),
        RowTable.Milliseconds(figures.P99Us),
    ];

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(long part, long whole) =>
        (100.0 * part / Math.Max(1, whole)).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
