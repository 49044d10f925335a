using System.Text.Json;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Answers in JSON.</summary>
internal static class ApiJson
{
    private const int FlushBytes = 64 * 1024;

    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, int status = 200)
    {
        Begin(context, status);
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        write(json);
        await json.FlushAsync(context.RequestAborted);
    }

    /// <summary>An object with a list that may be long, and what follows it.</summary>
    public static async Task WriteListAsync<T>(
        HttpContext context,
        string name,
        IEnumerable<T> items,
        Action<Utf8JsonWriter, T> write,
        Action<Utf8JsonWriter>? writeRest = null)
    {
        Begin(context, StatusCodes.Status200OK);
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
            if (json.BytesPending > FlushBytes)
            {
                await json.FlushAsync(context.RequestAborted);
                await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        writeRest?.Invoke(json);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>A time, or null.</summary>
    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
        {
            json.WriteString(name, value.UtcDateTime);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Begin(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
    }
}
