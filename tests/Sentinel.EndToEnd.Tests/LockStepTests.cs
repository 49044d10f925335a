using System.Text;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

/// <summary>The backend goes on only when the client has what was sent: keep one byte back, and nothing moves.
/// </summary>
public sealed class LockStepTests(Servers servers)
{
    private const int Events = 200;
    private const int Seed = 20251125;

    private readonly string _path = $"{Guid.NewGuid():n}";

    [Theory]
    [InlineData("POST", "text/event-stream")]
    [InlineData("GET", "text/event-stream")]
    [InlineData("POST", "application/json")]
    public Task Every_event_arrives_before_the_next_is_sent(string method, string contentType) =>
        ArriveOneByOneAsync(method, contentType, [.. Lines()]);

    [Theory]
    [InlineData("POST", "text/event-stream")]
    [InlineData("GET", "text/event-stream")]
    [InlineData("POST", "application/json")]
    public Task Every_odd_fragment_of_an_event_arrives_before_the_next_is_sent(string method, string contentType) =>
        ArriveOneByOneAsync(method, contentType, [.. Cut(string.Concat(Lines()), new Random(Seed))]);

    private async Task ArriveOneByOneAsync(string method, string contentType, string[] fragments)
    {
        var arrived = new SemaphoreSlim(0);
        servers.Raw.On($"/{_path}", async http =>
        {
            http.Response.ContentType = contentType;
            foreach (var fragment in fragments)
            {
                await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(fragment), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await arrived.WaitAsync(http.RequestAborted);
            }
        });

        var session = await RawSession.OpenAsync(await servers.Gateway, servers.Raw, _path);
        using var response = await RawCall
            .Request(new HttpMethod(method), new Uri((await servers.Gateway).Url, $"raw/{_path}"))
            .With("Mcp-Session-Id", session)
            .SendAsync();
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        foreach (var (index, fragment) in fragments.Index())
        {
            var received = await ReadAsync(body, Encoding.UTF8.GetByteCount(fragment));
            Assert.Equal($"{index}: {fragment}", $"{index}: {received}");
            arrived.Release();
        }

        Assert.Equal(0, await body.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    private static async Task<string> ReadAsync(Stream body, int count)
    {
        var bytes = new byte[count];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Deadline.Default);
        await body.ReadExactlyAsync(bytes, limit.Token);
        return Encoding.UTF8.GetString(bytes);
    }

    private static IEnumerable<string> Lines() =>
        Enumerable
            .Range(1, Events)
            .Select(i =>
                $"id: {i}\ndata: "
                + $$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":{{{i}}}}}"""
                + "\n\n"
            );

    // From one byte up, so that fields, messages and line ends are torn apart.
    private static IEnumerable<string> Cut(string text, Random random)
    {
        for (int start = 0, length; start < text.Length; start += length)
        {
            length = Math.Min(random.Next(1, 60), text.Length - start);
            yield return text.Substring(start, length);
        }
    }
}
