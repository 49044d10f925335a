using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sentinel.Audit.Chain;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>Prints a verification's report, for people or for programs.</summary>
internal static class VerifyWriter
{
    private static readonly JsonWriterOptions JsonOptions = new() { Indented = true };

    public static async Task WriteTextAsync(ChainReport report, string store, TextWriter output)
    {
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Rows:N0} rows in {store}, {report.Chains:N0} chains, {report.Anchors:N0} anchored heads."));
        foreach (var finding in report.Findings)
        {
            await output.WriteLineAsync(Line(finding));
        }

        if (report.FindingCount > report.Findings.Count)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"… and {report.FindingCount - report.Findings.Count:N0} more."));
        }

        foreach (var month in report.DroppedMonths)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{Month(month.Month)} is dropped: {month.Rows:N0} rows of {month.Chains:N0} chains, whose last links "
                + $"the checkpoints keep."));
        }

        if (report.Dropped > 0)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Dropped:N0} entries were lost, as their writers say themselves."));
        }

        await output.WriteLineAsync(report.IsIntact
            ? "Intact: no row was removed, changed or put in."
            : string.Create(CultureInfo.InvariantCulture, $"NOT INTACT: {report.FindingCount:N0} findings."));
        await output.WriteLineAsync(
            "A chain cannot show that its end was cut off together with its checkpoint, nor that all of it was made "
            + "anew by somebody who can write both: keep anchors elsewhere (--write-anchor), and hold it against them "
            + "(--anchor).");
    }

    public static Task WriteJsonAsync(ChainReport report, string store, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("store", store);
            json.WriteBoolean("intact", report.IsIntact);
            json.WriteNumber("rows", report.Rows);
            json.WriteNumber("chains", report.Chains);
            json.WriteNumber("anchors", report.Anchors);
            json.WriteNumber("dropped", report.Dropped);
            json.WriteNumber("findingCount", report.FindingCount);
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
            {
                FindingJson.Write(json, finding);
            }

            json.WriteEndArray();
            json.WriteStartArray("droppedMonths");
            foreach (var month in report.DroppedMonths)
            {
                json.WriteStartObject();
                json.WriteString("month", Month(month.Month));
                json.WriteNumber("chains", month.Chains);
                json.WriteNumber("rows", month.Rows);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return output.WriteLineAsync(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static string Month(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static string Line(ChainFinding finding)
    {
        var chain = finding.Writer is { } writer
            ? $"{writer.JournalId} {Month(writer.Month)}"
            : "no chain";
        var request = finding.RequestId is { } id ? $", request {id}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{finding.Fault}: {finding.Message} ({chain}, seq {finding.Seq?.ToString(CultureInfo.InvariantCulture)
                ?? "none"}{request})");
    }
}
