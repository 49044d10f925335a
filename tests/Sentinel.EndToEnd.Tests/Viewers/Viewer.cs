using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Viewers;

/// <summary>Somebody who is signed in to a gateway's dashboard, and asks its API as the page does.</summary>
internal sealed class Viewer
{
    public const string Key = "viewer-key-0123456789abcdef";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    private readonly Uri _origin;
    private readonly string _cookie;

    private Viewer(Uri origin, string cookie)
    {
        _origin = origin;
        _cookie = cookie;
    }

    public static async Task<Viewer> SignInAsync(Uri managementUrl, string key = Key)
    {
        using var content = new ByteArrayContent(
            Encoding.UTF8.GetBytes(new JsonObject { ["credential"] = key }.ToJsonString()));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await Http.PostAsync(new Uri(managementUrl, "api/session"), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return new Viewer(managementUrl, response.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
    }

    public async Task<HttpResponseMessage> OpenAsync(
        string path,
        string method = "GET",
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_origin, path));
        request.Headers.TryAddWithoutValidation("Cookie", _cookie);
        if (method != "GET")
        {
            request.Content = new ByteArrayContent([]);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public async Task<(int Status, string Text)> GetAsync(string path)
    {
        using var response = await OpenAsync(path);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> GetJsonAsync(string path)
    {
        var (status, text) = await GetAsync(path);
        Assert.True(status == 200, $"{path}: {status} {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task SignOutAsync()
    {
        using var response = await OpenAsync("api/session", "DELETE");
        Assert.Equal(204, (int)response.StatusCode);
    }

    /// <summary>The events of a stream, until it ends.</summary>
    public static async IAsyncEnumerable<(string Name, JsonNode Data)> EventsAsync(
        HttpResponseMessage response,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        var name = "";
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line["event: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                yield return (name, JsonNode.Parse(line["data: ".Length..])!);
            }
        }
    }
}
