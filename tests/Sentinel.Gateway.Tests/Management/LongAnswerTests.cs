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
}
