using System.Text;
using Microsoft.Extensions.Logging;
using Sentinel.Gateway.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class ReloadTests
{
    [Fact]
    public async Task A_faulty_file_at_start_carries_all_its_faults()
    {
        using var file = new WatchedFile();
        file.Write("""{ "Sentinel": {} }""");

        var e = await Assert.ThrowsAsync<ConfigurationException>(() => LoadAsync(file.Path));

        Assert.Equal(["$.ReverseProxy.Routes", "$.Sentinel.Authentication"], e.Faults.Select(fault => fault.Path));
    }

    [Fact]
    public async Task A_missing_file_at_start_is_said_to_be_missing()
    {
        using var file = new WatchedFile();

        var e = await Assert.ThrowsAsync<ConfigurationException>(() => LoadAsync(file.Path));

        Assert.Equal($"$: the file {file.Path} does not exist; write it, or name another with --config", e.Message);
    }

    [Fact]
    public async Task A_folder_in_the_place_of_the_file_cannot_be_read()
    {
        using var file = new WatchedFile();

        var e = await Assert.ThrowsAsync<ConfigurationException>(() => LoadAsync(file.Folder));

        Assert.StartsWith($"$: the file {file.Folder} cannot be read (", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_file_is_refused()
    {
        var e = await Assert.ThrowsAsync<ConfigurationException>(() => LoadAsync("/dev/zero"));

        Assert.Equal("$: the file /dev/zero is longer than 16 MiB; write a smaller one", e.Message);
    }

    [Fact]
    public async Task A_changed_file_is_published_once_two_looks_agree()
    {
        using var file = await WatchedFile.StartAsync();
        var token = file.Source.GetChangeToken();
        file.Write(WatchedFile.Numbered(2));

        await file.LookAsync();
        Assert.Equal(1, file.Source.Current.Version);

        await file.LookAsync();
        Assert.Equal(2, file.Source.Current.Version);
        Assert.Equal("r2", Assert.Single(file.Source.Current.Routes).RouteId);
        Assert.True(token.HasChanged);
        Assert.False(file.Source.GetChangeToken().HasChanged);
        Assert.Equal((1, 0), (file.Reloaded, file.Failed));
        Assert.Equal(
            (1000, LogLevel.Information, "Configuration version 2 is in force; routes: 1, roles: 1."),
            Assert.Single(file.Log.Lines));
    }

    [Fact]
    public async Task An_unchanged_file_is_left_alone_even_when_it_is_touched()
    {
        using var file = await WatchedFile.StartAsync();

        await file.SettleAsync();
        await file.WriteAndSettleAsync(WatchedFile.Numbered(1));

        Assert.Equal(1, file.Source.Current.Version);
        Assert.Empty(file.Log.Lines);
    }

    [Fact]
    public async Task A_change_that_keeps_time_and_length_is_seen()
    {
        using var file = await WatchedFile.StartAsync();
        var time = File.GetLastWriteTimeUtc(file.Path);
        file.Write(WatchedFile.Numbered(2));
        File.SetLastWriteTimeUtc(file.Path, time);

        await file.SettleAsync();

        Assert.Equal(2, file.Source.Current.Version);
    }

    [Fact]
    public async Task No_truncation_of_the_file_replaces_the_running_snapshot()
    {
        using var file = await WatchedFile.StartAsync();
        var next = WatchedFile.Numbered(2);
        var cuts = 0;
        for (var length = 0; length < next.Length; length += 10, cuts++)
        {
            await file.WriteAndSettleAsync(next[..length]);

            Assert.Equal(1, file.Source.Current.Version);
            Assert.Equal("r1", Assert.Single(file.Source.Current.Routes).RouteId);
        }

        Assert.Equal((cuts, 0), (file.Failed, file.Reloaded));

        await file.WriteAndSettleAsync(next);
        Assert.Equal(2, file.Source.Current.Version);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("{", "this is not JSON")]
    [InlineData("{}", "Sentinel refuses to serve without authentication")]
    [InlineData("\0\0\0\0", "this is not JSON")]
    public async Task Bad_content_changes_nothing_and_is_logged_and_counted_once(string text, string expected)
    {
        using var file = await WatchedFile.StartAsync();

        await file.WriteAndSettleAsync(text);
        await file.SettleAsync();
        await file.WriteAndSettleAsync(text);

        Assert.Equal(1, file.Source.Current.Version);
        Assert.Equal((0, 1), (file.Reloaded, file.Failed));
        var line = Assert.Single(file.Log.Lines);
        Assert.Equal((1001, LogLevel.Error), (line.Id, line.Level));
        Assert.Contains("version 1 stays in force", line.Message, StringComparison.Ordinal);
        Assert.Contains(expected, line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_distinct_bad_content_is_logged_with_all_its_faults()
    {
        using var file = await WatchedFile.StartAsync();

        await file.WriteAndSettleAsync("""{ "Sentinel": {} }""");
        await file.WriteAndSettleAsync("[]");

        Assert.Equal(2, file.Failed);
        Assert.Equal(
            [
                $"{file.Path} cannot be used, version 1 stays in force. Faults (2): $.ReverseProxy.Routes (line 1): "
                    + "there are no routes; write at least one, else every request is answered 404; "
                    + "$.Sentinel.Authentication (line 1): Sentinel refuses to serve without authentication; "
                    + "write AzureAd, Issuers or ApiKeys, or Anonymous to allow open access",
                $"{file.Path} cannot be used, version 1 stays in force. Faults (1): $ (line 1): "
                    + "the file holds a list; write an object: { \"ReverseProxy\": …, … }",
            ],
            file.Log.Messages(1001));
    }

    [Fact]
    public async Task A_deleted_file_leaves_the_running_snapshot_until_it_is_back()
    {
        using var file = await WatchedFile.StartAsync();
        File.Delete(file.Path);

        await file.SettleAsync();
        await file.SettleAsync();

        Assert.Equal((1, 1L), (file.Source.Current.Version, file.Failed));
        Assert.Contains("does not exist", Assert.Single(file.Log.Messages(1001)), StringComparison.Ordinal);

        await file.WriteAndSettleAsync(WatchedFile.Numbered(1));
        Assert.Equal(2, file.Source.Current.Version);
        Assert.Equal("r1", Assert.Single(file.Source.Current.Routes).RouteId);
    }

    [Fact]
    public async Task A_writer_caught_half_way_is_neither_published_nor_reported()
    {
        using var file = await WatchedFile.StartAsync();
        var next = WatchedFile.Numbered(2);

        file.Write(next[..(next.Length / 2)]);
        await file.LookAsync();
        await file.WriteAndSettleAsync(next);

        Assert.Equal(2, file.Source.Current.Version);
        Assert.Equal((1, 0), (file.Reloaded, file.Failed));
    }

    [Fact]
    public async Task A_valid_content_that_does_not_last_is_never_published()
    {
        using var file = await WatchedFile.StartAsync();

        for (var number = 2; number < 6; number++)
        {
            file.Write(WatchedFile.Numbered(number));
            await file.LookAsync();
        }

        Assert.Equal(1, file.Source.Current.Version);

        await file.LookAsync();
        Assert.Equal("r5", Assert.Single(file.Source.Current.Routes).RouteId);
    }

    [Fact]
    public async Task A_swap_of_symbolic_links_is_seen()
    {
        // As Kubernetes mounts a ConfigMap: proxy.json → ..data/proxy.json, ..data → a folder per revision.
        static void Mount(WatchedFile f, int number)
        {
            var revision = Directory.CreateDirectory(Path.Combine(f.Folder, $"..revision{number}"));
            File.WriteAllText(Path.Combine(revision.FullName, "proxy.json"), WatchedFile.Numbered(number));
            var data = Path.Combine(f.Folder, "..data");
            File.Delete(data);
            Directory.CreateSymbolicLink(data, revision.Name);
        }

        using var file = await WatchedFile.StartAsync(write: f =>
        {
            Mount(f, 1);
            File.CreateSymbolicLink(f.Path, "..data/proxy.json");
        });

        Mount(file, 2);
        Directory.Delete(Path.Combine(file.Folder, "..revision1"), recursive: true);
        await file.SettleAsync();

        Assert.Equal("r2", Assert.Single(file.Source.Current.Routes).RouteId);
        Assert.Equal(0, file.Failed);
    }

    [Fact]
    public async Task A_section_that_acts_at_start_is_named_when_it_changes()
    {
        using var file = await WatchedFile.StartAsync();

        await file.WriteAndSettleAsync(WatchedFile.Numbered(
            2, "\"Audit\": { \"Store\": \"Sqlite\" }, \"Shutdown\": { \"DrainSeconds\": 7 },"));
        await file.WriteAndSettleAsync(WatchedFile.Numbered(
            3, "\"Audit\": { \"Store\": \"Sqlite\" }, \"Limits\": { \"MaxRequestBodyBytes\": 2048 },"));
        await file.WriteAndSettleAsync(WatchedFile.Numbered(4, "\"Management\": { \"Url\": \"http://[::1]:1\" },"));

        Assert.Equal(
            [
                "The change of Sentinel.Shutdown takes effect at the next start.",
                "The change of Sentinel.Audit takes effect at the next start.",
                "The change of Sentinel.Management.Url takes effect at the next start.",
            ],
            file.Log.Messages(1002));
    }

    [Fact]
    public async Task Warnings_are_logged_at_start_and_with_each_publication()
    {
        using var file = await WatchedFile.StartAsync(
            WatchedFile.Numbered(1).Replace("[\"*\"]", "[\"nowhere/*\"]", StringComparison.Ordinal));

        await file.Watcher.StartAsync(TestContext.Current.CancellationToken);
        await file.Watcher.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains(
            "there is no backend 'nowhere'", Assert.Single(file.Log.Messages(1003)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_throws_does_not_undo_a_publication()
    {
        using var file = await WatchedFile.StartAsync();
        file.Source.GetChangeToken().RegisterChangeCallback(_ => throw new InvalidOperationException("listener"), null);

        await file.WriteAndSettleAsync(WatchedFile.Numbered(2));

        Assert.Equal((2, 1L), (file.Source.Current.Version, file.Reloaded));
        Assert.Equal([1005, 1000], file.Log.Lines.Select(line => line.Id));
    }

    [Fact]
    public async Task The_loop_looks_once_a_second_and_outlives_an_exception()
    {
        using var file = await WatchedFile.StartAsync();
        file.Log.FailsAt = 1000;
        await file.Watcher.StartAsync(TestContext.Current.CancellationToken);

        for (var number = 2; number <= 3; number++)
        {
            file.Write(WatchedFile.Numbered(number));
            var deadline = TimeProvider.System.GetTimestamp();
            while (file.Source.Current.Version < number)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(20), "no publication");
                file.Timers.Tick();
                await Task.Yield();
            }
        }

        await file.Watcher.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.FromSeconds(1), file.Timers.Period);
        Assert.Single(file.Log.Messages(1004));
        Assert.True(file.Watcher.ExecuteTask!.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_content_in_another_encoding_leaves_the_running_snapshot()
    {
        using var file = await WatchedFile.StartAsync();
        File.WriteAllText(file.Path, WatchedFile.Numbered(2), Encoding.Unicode);

        await file.SettleAsync();

        Assert.Equal((1, 1L), (file.Source.Current.Version, file.Failed));
    }

    private static Task<ConfigurationSource> LoadAsync(string path) =>
        ConfigurationSource.LoadAsync(
            path, new Dictionary<string, string>(), TestContext.Current.CancellationToken);
}
