using System.Text.Json;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Deployment;

/// <summary>The manifests in deploy/kubernetes, read and held against each other. No cluster has run them here.</summary>
public sealed class KubernetesTests
{
    private const int AuditDrainSeconds = 10;

    private static readonly IReadOnlyList<YamlTree> Documents =
        YamlTree.Read(Artifacts.Source("deploy/kubernetes/sentinel.yaml"));

    private static YamlTree Pod => The("StatefulSet")["spec"]["template"]["spec"];

    private static YamlTree Container => Assert.Single(Pod["containers"].Items);

    [Fact]
    public void Everything_has_the_version_its_kind_is_served_under()
    {
        var kinds = Documents.Select(document => $"{document["apiVersion"].Text} {document["kind"].Text}");

        Assert.Equal(
            ["v1 ConfigMap", "v1 Service", "v1 Service", "policy/v1 PodDisruptionBudget", "apps/v1 StatefulSet"], kinds);
        Assert.All(
            Documents,
            document => Assert.StartsWith("sentinel", document["metadata"]["name"].Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_selector_chooses_the_pods()
    {
        var labels = Labels(The("StatefulSet")["spec"]["template"]["metadata"]["labels"]);
        YamlTree[] selectors =
        [
            The("StatefulSet")["spec"]["selector"]["matchLabels"],
            The("PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
            .. from document in Documents where document["kind"].Text == "Service" select document["spec"]["selector"],
        ];

        Assert.All(selectors, selector => Assert.Equal(labels, Labels(selector)));
        Assert.Contains(
            Documents,
            document => document["kind"].Text == "Service"
                && document["metadata"]["name"].Text == The("StatefulSet")["spec"]["serviceName"].Text
                && document["spec"]["clusterIP"].Text == "None");
    }

    [Fact]
    public void The_ports_that_services_and_probes_name_are_the_containers()
    {
        var ports = Container["ports"].Items
            .ToDictionary(port => port["name"].Text, port => port["containerPort"].Number);

        Assert.Equal(8080, ports["http"]);
        Assert.Equal(9090, ports["management"]);
        Assert.All(
            Documents.Where(document => document["kind"].Text == "Service").SelectMany(s => s["spec"]["ports"].Items),
            port => Assert.Contains(port["targetPort"].Text, ports.Keys));
        foreach (var (probe, path) in new[] { ("startup", "live"), ("liveness", "live"), ("readiness", "ready") })
        {
            var get = Container[$"{probe}Probe"]["httpGet"];
            Assert.Equal($"/healthz/{path}", get["path"].Text);
            Assert.Contains(get["port"].Text, ports.Keys);
        }
    }

    [Fact]
    public void A_stop_is_given_the_time_that_it_takes()
    {
        using var proxy = JsonDocument.Parse(
            The("ConfigMap")["data"]["proxy.json"].Text, new() { CommentHandling = JsonCommentHandling.Skip });
        var shutdown = proxy.RootElement.GetProperty("Sentinel").GetProperty("Shutdown");
        var window = shutdown.GetProperty("LoadBalancerSeconds").GetInt32();
        var needed = Container["lifecycle"]["preStop"]["sleep"]["seconds"].Number
            + window
            + shutdown.GetProperty("DrainSeconds").GetInt32()
            + AuditDrainSeconds;
        var readiness = Container["readinessProbe"];

        Assert.True(Pod["terminationGracePeriodSeconds"].Number > needed, $"{needed} s are needed.");
        Assert.True(
            readiness["periodSeconds"].Number * readiness["failureThreshold"].Number < window,
            "Readiness is lost before the listener closes.");
    }

    [Fact]
    public void The_journal_is_on_a_volume_of_the_replicas_own_and_the_configuration_can_be_swapped()
    {
        var claim = Assert.Single(The("StatefulSet")["spec"]["volumeClaimTemplates"].Items)["metadata"]["name"].Text;
        var mounts = Container["volumeMounts"].Items.ToDictionary(mount => mount["name"].Text);
        var volumes = Pod["volumes"].Items.Select(volume => volume["name"].Text);

        Assert.Equal("/var/lib/sentinel", mounts[claim]["mountPath"].Text);
        Assert.Equal("/etc/sentinel", mounts["config"]["mountPath"].Text);
        Assert.All(mounts.Values, mount => Assert.False(mount["subPath"].Exists, mount.Path));
        Assert.Equal(mounts.Keys.Order(), volumes.Append(claim).Order());
        Assert.Equal("1", The("PodDisruptionBudget")["spec"]["maxUnavailable"].Text);
    }

    [Fact]
    public void It_is_nobody_in_particular_and_may_do_nothing_in_particular()
    {
        Assert.Equal("true", Pod["securityContext"]["runAsNonRoot"].Text);
        Assert.Equal(Pod["securityContext"]["runAsUser"].Text, Pod["securityContext"]["fsGroup"].Text);
        Assert.Equal("false", Container["securityContext"]["allowPrivilegeEscalation"].Text);
        Assert.Equal("true", Container["securityContext"]["readOnlyRootFilesystem"].Text);
        Assert.Equal("ALL", Assert.Single(Container["securityContext"]["capabilities"]["drop"].Items).Text);
        Assert.True(Container["resources"]["limits"]["memory"].Exists);
    }

    [Fact]
    public async Task Its_proxy_json_is_one_that_a_gateway_starts_with()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("proxy.json");
        await File.WriteAllTextAsync(
            path, The("ConfigMap")["data"]["proxy.json"].Text, TestContext.Current.CancellationToken);

        await ShippedConfiguration.AssertValidAsync(path);
    }

    private static YamlTree The(string kind) => Assert.Single(Documents, document => document["kind"].Text == kind);

    private static IEnumerable<string> Labels(YamlTree labels) =>
        labels.Members.Select(member => $"{member.Key}={member.Value.Text}").Order();
}
