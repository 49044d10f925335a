using System.Globalization;
using System.Text.Json;
using Sentinel.Audit.Reading;

namespace Sentinel.Audit.Chain;

/// <summary>The file that keeps chains' heads where nobody who can write the store can change them.</summary>
public static class ChainAnchors
{
    private const string DateFormat = "yyyy-MM-dd";

    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <exception cref="AuditReadException">There is no such file, or it is no anchor.</exception>
    public static async Task<IReadOnlyList<ChainHead>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            using var document = await JsonDocument.ParseAsync(file, default, cancellationToken);
            return [.. document.RootElement.GetProperty("heads").EnumerateArray().Select(Head)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AuditReadException(
                $"The anchor {path} cannot be read: {exception.Message} Make one with --write-anchor.", exception);
        }
        catch (Exception exception) when (
            exception is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new AuditReadException(
                $"{path} is no anchor, or was changed: {exception.Message} Take the copy that was kept.", exception);
        }
    }

    /// <summary>Writes the heads, all or nothing: an anchor that is there is replaced only by a whole one.</summary>
    /// <exception cref="AuditReadException">The file cannot be written.</exception>
    public static async Task WriteAsync(
        string path,
        IReadOnlyList<ChainHead> heads,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        try
        {
            var fresh = path + ".new";
            await using (var file = File.Create(fresh))
            {
                await using var json = new Utf8JsonWriter(file, Indented);
                Write(json, heads, now);
                await json.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AuditReadException($"The anchor {path} cannot be written: {exception.Message}", exception);
        }
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<ChainHead> heads, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("written", now);
        json.WriteStartArray("heads");
        foreach (var head in heads)
        {
            json.WriteStartObject();
            json.WriteString("journal_id", head.Writer.JournalId);
            json.WriteString("month", head.Writer.Month.ToString(DateFormat, CultureInfo.InvariantCulture));
            json.WriteNumber("seq", head.Seq);
            json.WriteString("chain_hash", head.ChainHash);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ChainHead Head(JsonElement head) => new(
        new AuditWriterMonth(
            head.GetProperty("journal_id").GetGuid(),
            DateOnly.ParseExact(head.GetProperty("month").GetString()!, DateFormat, CultureInfo.InvariantCulture)),
        head.GetProperty("seq").GetInt64(),
        head.GetProperty("chain_hash").GetString()!);
}
