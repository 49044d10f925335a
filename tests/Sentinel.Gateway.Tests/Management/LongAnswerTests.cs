using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Gateway.Management.Api;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

public sealed class LongAnswerTests
{
    [Fact]
    public async Task An_export_ends_with_the_key_that_asked_for_it()
    {
        var reader = new ScriptedReader();
        await using var rig = await ManagementRig.StartAsync(replace: services => reader.Register(services));
        var cookie = await rig.SignInAsync();
        using var response = await rig.SendAsync("GET", "/api/calls/export", cookie);
        await using var stream = await response.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[1024 * 1024]);
        var config = ManagementRig.Config();
        config.Sentinel["Authentication"]!["ApiKeys"]!.AsArray().RemoveAt(0);

        await rig.ReloadAsync(config);

        // Cut off, so that nobody takes it for the whole.
        await Assert.ThrowsAnyAsync<IOException>(() => stream.CopyToAsync(Stream.Null).WaitAsync(Deadline.Default));
    }

    [Fact]
    public async Task A_page_holds_so_many_bytes_of_arguments_and_says_where_the_next_begins()
    {
        var reader = new ScriptedReader();
        await using var rig = await ManagementRig.StartAsync(replace: services => reader.Register(services));

        using var response = await rig.SendAsync("GET", "/api/calls?limit=200", await rig.SignInAsync());

        var page = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var rows = page["rows"]!.AsArray().Count;
        Assert.InRange(rows, 60, 80);
        Assert.Equal($"{rows}-{rows}", page["next"]!.GetValue<string>());
    }

    [Fact]
    public async Task Answers_that_nobody_reads_are_bounded_and_cut_off_without_a_line_of_error()
    {
        var reader = new ScriptedReader();
        await using var rig = await ManagementRig.StartAsync(
            replace: services => reader.Register(services, TimeSpan.FromMilliseconds(500)));
        var cookie = await rig.SignInAsync();
        var clients = new List<TcpClient>();
        foreach (var path in Enumerable.Repeat("/api/calls?limit=200", 20).Append("/api/calls/export"))
        {
            var client = new TcpClient { ReceiveBufferSize = 4096 };
            clients.Add(client);
            await client.ConnectAsync("127.0.0.1", rig.Management.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n")));
        }

        await Eventually.TrueAsync(
            () => rig.Log.WithId(10020).Count(line => line.Text.Contains("not all of it", StringComparison.Ordinal)) >= 10,
            "what is not read is cut off");

        Assert.Empty(rig.Log.WithId(10001));
        Assert.NotNull(rig.Services.GetRequiredService<StoreQuestions>().TryEnterAnswer());
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_live_view_says_once_that_the_store_is_away_and_once_that_it_is_back()
    {
        var reader = new ScriptedReader();
        await using var rig = await ManagementRig.StartAsync(replace: services => reader.Register(services));
        using var response = await rig.SendAsync("GET", "/api/calls/live", await rig.SignInAsync());
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        reader.IsAway = true;
        Assert.Equal("event: error", await NextEventAsync(lines));
        Assert.Contains("store_unavailable", await lines.ReadLineAsync(), StringComparison.Ordinal);
        reader.IsAway = false;
        Assert.Equal("event: back", await NextEventAsync(lines));
    }

    private static async Task<string?> NextEventAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync().WaitAsync(Deadline.Default) is { } line)
        {
            if (line.StartsWith("event:", StringComparison.Ordinal))
            {
                return line;
            }
        }

        return null;
    }
}
