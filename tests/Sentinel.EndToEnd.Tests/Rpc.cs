using System.Net.Http.Headers;
using System.Text;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Calls as bytes: what the official client hides.</summary>
internal static class Rpc
{
    public const string Revision = "2026-07-28";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 64 })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    /// <summary>The params of a call of revision 2026-07-28.</summary>
    public static string Params(string tool, string arguments) =>
        $$"""{"name":"{{tool}}","arguments":{{arguments}},"_meta":{"io.modelcontextprotocol/protocolVersion":"{{Revision}}","""
        + """ "io.modelcontextprotocol/clientCapabilities":{}}}""";

    public static string Body(string parameters, string id = "1") =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"tools/call","params":{{parameters}}}""";

    /// <summary>Makes one call of a tool.</summary>
    public static Task<Reply> CallAsync(
        Uri url,
        string key,
        string tool,
        string arguments = "{}",
        string client = "test",
        CancellationToken cancellationToken = default
    ) =>
        PostAsync(
            url,
            key,
            Body(Params(tool, arguments)),
            [("User-Agent", client), ("MCP-Protocol-Version", Revision), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool)],
            cancellationToken: cancellationToken
        );

    /// <summary>Sends a body as it is, and reads as much of the answer as comes; without a key if that is null.</summary>
    public static async Task<Reply> PostAsync(
        Uri url,
        string? key,
        string body,
        IEnumerable<(string Name, string Value)> headers,
        Action? onFirstBytes = null,
        CancellationToken cancellationToken = default
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        }

        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken
        );
        var received = new MemoryStream();
        var isWhole = true;
        try
        {
            await using var bodyStream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[16 * 1024];
            for (int read; (read = await bodyStream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                received.Write(buffer, 0, read);
                onFirstBytes?.Invoke();
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            isWhole = false;
        }

        return new Reply(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.ToString(),
            response.Headers.TryGetValues("Sentinel-Request-Id", out var ids) ? ids.Single() : null,
            received.ToArray(),
            isWhole
        );
    }

    /// <summary>What a URL answers, and with which status.</summary>
    public static async Task<(int Status, string Body)> GetAsync(Uri url)
    {
        using var response = await Http.GetAsync(url);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>The value of a series without labels in the metrics of a gateway; 0 if there is none.</summary>
    public static async Task<long> MetricAsync(Uri managementUrl, string series)
    {
        var (_, text) = await GetAsync(new Uri(managementUrl, "metrics"));
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>An answer, as far as it came.</summary>
internal sealed record Reply(int Status, string? ContentType, string? RequestId, byte[] Body, bool IsWhole)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The body, in hex if it is no text.</summary>
    public string Readable => Text.Any(c => c < ' ' && c is not ('\n' or '\r')) ? Convert.ToHexStringLower(Body) : Text;
}
