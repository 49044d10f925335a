using System.Globalization;
using System.Text.Json;
using Sentinel.Audit.Chain;

namespace Sentinel.Gateway.Records;

/// <summary>What a verification found at one place, for programs.</summary>
internal static class FindingJson
{
    public static void Write(Utf8JsonWriter json, ChainFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("fault", JsonNamingPolicy.SnakeCaseLower.ConvertName(finding.Fault.ToString()));
        json.WriteString("message", finding.Message);
        if (finding.Writer is { } writer)
        {
            json.WriteString("journalId", writer.JournalId);
            json.WriteString("month", writer.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture));
        }

        if (finding.Seq is { } seq)
        {
            json.WriteNumber("seq", seq);
        }

        if (finding.RequestId is { } request)
        {
            json.WriteString("requestId", request);
        }

        json.WriteEndObject();
    }
}
