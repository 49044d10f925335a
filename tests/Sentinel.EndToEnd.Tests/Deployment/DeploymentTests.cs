using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Deployment;

/// <summary>What deploy/ holds besides Kubernetes' manifests, as far as this machine can judge it.</summary>
public sealed partial class DeploymentTests
{
    private static readonly YamlTree Compose =
        Assert.Single(YamlTree.Read(Artifacts.Source("deploy/compose/compose.yaml")));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task HAProxy_takes_its_configuration_for_two_replicas_and_for_three(int replicas)
    {
        Requires.HaProxy();

        Assert.Equal(0, await CheckAsync(HaProxyProcess.ConfigPath, replicas));
    }

    [Theory]
    [InlineData("balance roundrobin", "balance roundabout")]
    [InlineData("option redispatch 1", "option redispach 1")]
    [InlineData("timeout client 35m", "timeout client soon")]
    public async Task HAProxy_refuses_it_with_a_slip(string text, string slip)
    {
        Requires.HaProxy();
        using var folder = new TemporaryFolder();
        var config = await File.ReadAllTextAsync(HaProxyProcess.ConfigPath, TestContext.Current.CancellationToken);
        Assert.Contains(text, config, StringComparison.Ordinal);
        await File.WriteAllTextAsync(
            folder.File("haproxy.cfg"),
            config.Replace(text, slip, StringComparison.Ordinal),
            TestContext.Current.CancellationToken);

        Assert.Equal(1, await CheckAsync(folder.File("haproxy.cfg"), 2));
    }

    [Fact]
    public async Task Systemd_takes_the_unit()
    {
        const string Analyze = "/usr/bin/systemd-analyze";
        var unit = await File.ReadAllTextAsync(
            Artifacts.Source("deploy/systemd/sentinel.service"), TestContext.Current.CancellationToken);
        Assert.Contains("StateDirectory=sentinel", unit, StringComparison.Ordinal);
        Assert.True(int.Parse(StopSeconds().Match(unit).Groups["s"].Value, null) > 5 + 30 + 10);
        Assert.SkipUnless(File.Exists(Analyze), "systemd is not installed.");
        using var folder = new TemporaryFolder();

        // That the program exists is checked too, and here it is elsewhere.
        var here = unit.Replace("/usr/bin/dotnet", "/bin/true", StringComparison.Ordinal);

        Assert.Equal(0, await VerifyAsync(here));
        var slip = here.Replace("Type=exec", "Type=exec\nExecStart=nowhere", StringComparison.Ordinal);
        Assert.NotEqual(0, await VerifyAsync(slip));

        async Task<int> VerifyAsync(string text)
        {
            var path = folder.File("sentinel.service");
            await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
            await using var process = ChildProcess.Start(Analyze, ["verify", path]);
            return await process.WaitForExitAsync();
        }
    }

    [Fact]
    public void Compose_gives_each_replica_a_journal_of_its_own_and_all_the_same_keys()
    {
        var replicas = Compose["services"].Members
            .Where(service => service.Key.StartsWith("sentinel-", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(2, replicas.Count);
        var journals = replicas.Select(r => Volume(r.Value, "/var/lib/sentinel")).ToList();
        Assert.Equal(2, journals.Distinct().Count());
        Assert.All(journals, journal => Assert.Contains(Compose["volumes"].Members, volume => volume.Key == journal));
        Assert.Single(replicas.Select(r => r.Value["environment"]["SENTINEL_SESSION_KEYS"].Text).Distinct());
        Assert.All(replicas, r => Assert.Equal("60s", r.Value["stop_grace_period"].Text));
    }

    [Fact]
    public void Compose_gives_HAProxy_the_configuration_and_every_address_it_asks_for()
    {
        var haproxy = Compose["services"]["haproxy"];
        var config = Volume(haproxy, "/usr/local/etc/haproxy/haproxy.cfg");

        Assert.Equal(
            HaProxyProcess.ConfigPath, Path.GetFullPath(Path.Combine(Artifacts.Source("deploy/compose"), config)));
        Assert.Equal(
            ["SENTINEL_1", "SENTINEL_2", "SENTINEL_BIND"], haproxy["environment"].Members.Select(m => m.Key).Order());
        foreach (var address in new[] { "SENTINEL_1", "SENTINEL_2" })
        {
            var host = haproxy["environment"][address].Text.Split(':')[0];
            Assert.True(Compose["services"][host].Exists, host);
        }
    }

    [Fact]
    public Task Composes_proxy_json_is_one_that_a_gateway_starts_with() =>
        ShippedConfiguration.AssertValidAsync(Artifacts.Source("deploy/compose/config/proxy.json"));

    [Fact]
    public void The_Dockerfile_copies_what_is_there_and_what_is_not_left_out_and_is_not_run_by_root()
    {
        var lines = File.ReadAllLines(Artifacts.Source("deploy/Dockerfile"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToList();
        var left = File.ReadAllLines(Artifacts.Source(".dockerignore"));
        var copied = lines
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal))
            .Where(line => !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1])
            .ToList();

        Assert.All(lines, line => Assert.Matches("^(ARG|FROM|WORKDIR|COPY|RUN|ENV|VOLUME|USER|EXPOSE|ENTRYPOINT|CMD) ", line));
        Assert.Equal(8, copied.Count);
        Assert.All(copied, path => Assert.True(Path.Exists(Artifacts.Source(path)), path));
        Assert.All(copied, path => Assert.Contains($"!{path}", left));
        Assert.Single(lines, line => Regex.IsMatch(line, "^USER [1-9][0-9]+$", RegexOptions.None, Deadline.Default));

        // The form without a shell, which would keep signals to itself.
        Assert.StartsWith("ENTRYPOINT [", lines[^2], StringComparison.Ordinal);
        Assert.StartsWith("CMD [", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Images_have_a_version_and_no_place_they_come_from()
    {
        var images = Directory.EnumerateFiles(Artifacts.Source("deploy"), "*", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines)
            .Select(line => ImageName().Match(line))
            .Where(match => match.Success)
            .Select(match => match.Groups["image"].Value)
            .ToList();

        Assert.Equal(6, images.Count);
        Assert.All(images, image => Assert.Matches("^[a-z]+(/[a-z]+)?:[0-9][0-9.]*$", image));
    }

    private static string Volume(YamlTree service, string target) =>
        Assert.Single(service["volumes"].Items, v => v.Text.Split(':')[1] == target).Text.Split(':')[0];

    private static async Task<int> CheckAsync(string config, int replicas)
    {
        var urls = Enumerable.Range(1, replicas).Select(i => new Uri($"http://127.0.0.1:{i}/")).ToList();
        await using var process = ChildProcess.Start(
            HaProxyProcess.Find()!, ["-c", "-f", config], HaProxyProcess.Settings(FreePort.Take(), urls));
        return await process.WaitForExitAsync();
    }

    [GeneratedRegex(@"^TimeoutStopSec=(?<s>\d+)$", RegexOptions.Multiline, 1000)]
    private static partial Regex StopSeconds();

    [GeneratedRegex(@"^\s*(?:image: |ARG [A-Z]+_IMAGE=)(?<image>\S+)", RegexOptions.None, 1000)]
    private static partial Regex ImageName();
}
