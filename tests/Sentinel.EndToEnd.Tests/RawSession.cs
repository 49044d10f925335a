using Sentinel.Tests.Shared;

namespace Sentinel.EndToEnd.Tests;

/// <summary>Sessions of a scripted backend, as a gateway hands them out.</summary>
internal static class RawSession
{
    /// <summary>Opens a session that the backend calls <paramref name="id"/>.</summary>
    /// <returns>What the client is to call it.</returns>
    public static async Task<string> OpenAsync(
        GatewayProcess gateway,
        ScriptedBackend raw,
        string id,
        string key = Servers.TesterKey)
    {
        var path = $"open-{Guid.NewGuid():n}";
        raw.On($"/{path}", http =>
        {
            http.Response.Headers["Mcp-Session-Id"] = id;
            return Task.CompletedTask;
        });
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Url, $"raw/{path}"));
        using var response = await request.With("X-Api-Key", key).SendAsync();
        return response.Header("Mcp-Session-Id")
            ?? throw new InvalidOperationException($"No session was opened: {response.StatusCode}");
    }
}
