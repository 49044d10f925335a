namespace Sentinel.Gateway.Exchange;

/// <summary>What kind of answer a backend's content is.</summary>
internal static class AnswerContent
{
    public static bool IsJson(HttpContent content) => IsType(content, "application/json");

    public static bool IsEventStream(HttpContent content) => IsType(content, "text/event-stream");

    /// <summary>Whether it has an encoding, which was not asked for.</summary>
    public static bool IsEncoded(HttpContent content) =>
        content.Headers.NonValidated.Contains("Content-Encoding")
        && content.Headers.ContentEncoding.Any(e => !e.Equals("identity", StringComparison.OrdinalIgnoreCase));

    private static bool IsType(HttpContent content, string mediaType) =>
        string.Equals(content.Headers.ContentType?.MediaType, mediaType, StringComparison.OrdinalIgnoreCase);
}
