using System.Net;
using System.Net.Http.Headers;
using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Comparison;

/// <summary>
/// Shows, before anything is measured, that who is said to check does: a fast answer from a proxy that lets everything
/// through would be worth nothing.
/// </summary>
internal static class Refusals
{
    private static readonly HttpClient Http = new();

    /// <exception cref="InvalidOperationException">Something was let through, or a good call was not.</exception>
    public static async Task ProveAsync(Contender contender, Credentials credentials, bool refusesUnknownTools)
    {
        await ExpectAsync(contender, "a good call", credentials.Jwt, ToolCallBytes.Tool, isAnswered: true);
        await ExpectAsync(contender, "no token", credential: null, ToolCallBytes.Tool, isAnswered: false);
        await ExpectAsync(contender, "a forged token", credentials.Forged(), ToolCallBytes.Tool, isAnswered: false);
        if (refusesUnknownTools)
        {
            await ExpectAsync(contender, "a tool not allowed", credentials.Jwt, "drop_orders", isAnswered: false);
            contender.Calls++;
        }

        contender.Calls++;
    }

    private static async Task ExpectAsync(
        Contender contender,
        string what,
        string? credential,
        string tool,
        bool isAnswered)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, contender.Endpoint);
        request.Content = new StringContent(
            $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{},"name":"{{{tool}}}"}}""",
            new MediaTypeHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        if (credential is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", credential["Authorization: ".Length..]);
        }

        using var response = await Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        var wasAnswered = response.StatusCode == HttpStatusCode.OK
            && body.Contains("\"result\":{", StringComparison.Ordinal);
        if (wasAnswered != isAnswered)
        {
            throw new InvalidOperationException($"{contender.Name}, {what}: {(int)response.StatusCode} {body}");
        }
    }
}
