using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sentinel.Tests.Shared;

/// <summary>An MCP server in a process of its own, and what it says it was sent.</summary>
public abstract partial class ServerProcess : IAsyncDisposable
{
    // Arguments may be nested as deep as a server takes them.
    private static readonly JsonSerializerOptions Deep = new(JsonSerializerDefaults.Web) { MaxDepth = 100_000 };

    private readonly HttpClient _http;

    private protected ServerProcess(ChildProcess process, Uri url)
    {
        Process = process;
        Url = url;
        _http = new HttpClient { BaseAddress = url };
    }

    public ChildProcess Process { get; }

    /// <summary>Its origin, with a slash at the end.</summary>
    public Uri Url { get; }

    public Uri McpUrl => new(Url, "mcp");

    /// <summary>Every execution of a tool, oldest first.</summary>
    public async Task<IReadOnlyList<SampleCall>> Calls() =>
        await _http.GetFromJsonAsync<List<SampleCall>>("_calls", Deep) ?? [];

    /// <summary>Every HTTP request received, oldest first; those that read these lists left out.</summary>
    public async Task<IReadOnlyList<SampleRequest>> Requests() =>
        await _http.GetFromJsonAsync<List<SampleRequest>>("_requests") ?? [];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Process.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Where a process that has just been started listens; one that does not is ended.</summary>
    private protected static async Task<Uri> ListeningAsync(ChildProcess process)
    {
        try
        {
            var line = await process.WaitForMatchAsync(ListeningLine());
            return new Uri(line.Groups["origin"].Value + "/");
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    [GeneratedRegex(@"Listening on (?<origin>http://127\.0\.0\.1:\d+)", RegexOptions.None, 1000)]
    private static partial Regex ListeningLine();
}

/// <summary>
/// One end of a tool's execution; <see cref="Outcome"/> is <c>started</c>, <c>ok</c>, <c>isError</c>, <c>error</c>,
/// <c>inputRequired</c> or <c>cancelled</c>. Servers other than the sample server log the start only, and no hash.
/// </summary>
public sealed record SampleCall(
    DateTimeOffset Time,
    string Outcome,
    string Tool,
    JsonElement? Arguments,
    JsonElement? JsonRpcId,
    string? SentinelRequestId,
    IReadOnlyDictionary<string, string[]>? Headers,
    string? BodySha256
)
{
    public string? Header(string name) => SampleHeaders.Find(Headers, name);
}

/// <summary>One HTTP request as the server received it; of its body only the sample server tells.</summary>
public sealed record SampleRequest(
    DateTimeOffset Time,
    string Method,
    string Path,
    IReadOnlyDictionary<string, string[]> Headers,
    int BodyBytes,
    string BodySha256
)
{
    public string? Header(string name) => SampleHeaders.Find(Headers, name);
}

internal static class SampleHeaders
{
    public static string? Find(IReadOnlyDictionary<string, string[]>? headers, string name) =>
        headers
            ?.Where(header => string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            .Select(header => string.Join(", ", header.Value))
            .FirstOrDefault();
}
