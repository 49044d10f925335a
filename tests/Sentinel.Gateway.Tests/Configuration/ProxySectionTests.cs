using Sentinel.Gateway.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class ProxySectionTests
{
    private const string Route = """{ "ClusterId": "a", "Match": { "Path": "/a/{**rest}" } }""";
    private const string Cluster = """{ "Destinations": { "one": { "Address": "http://127.0.0.1:3001/" } } }""";
    private const string UrlRemedy = "write an absolute http or https URL, for example http://10.0.0.5:3000/";

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "Routes": {} }""")]
    [InlineData("""{ "Routes": {}, "Clusters": {} }""")]
    public async Task A_configuration_without_routes_is_refused(string section) =>
        await Reading.AssertFaultsAsync(
            "$.ReverseProxy.Routes (line 1): there are no routes; "
                + "write at least one, else every request is answered 404",
            Reading.ProxyFile(section));

    [Fact]
    public async Task A_file_without_a_ReverseProxy_section_is_refused() =>
        await Reading.AssertFaultsAsync(
            "$.ReverseProxy.Routes (line 1): there are no routes; "
                + "write at least one, else every request is answered 404",
            $$"""{ "Sentinel": { "Authentication": {{Reading.ValidAuthentication}} } }""");

    [Theory]
    [InlineData("[]", "$.ReverseProxy (line 1): this is a list; write an object: { … }")]
    [InlineData("null", "$.ReverseProxy (line 1): this is null; write an object: { … }")]
    [InlineData(
        """{ "Routes": [] }""",
        "$.ReverseProxy.Routes (line 1): this is a list; write an object: { \"ID\": { … } }")]
    public async Task A_section_of_the_wrong_kind_is_refused(string section, string expected) =>
        await Reading.AssertFaultsAsync(expected, Reading.ProxyFile(section));

    [Fact]
    public async Task Every_entry_tells_its_own_faults() =>
        await Reading.AssertFaultsAsync(
            """
            $.ReverseProxy.Routes.order (line 2): YARP refuses this: The input string 'x' was not in a correct format
            $.ReverseProxy.Routes.path (line 3): YARP refuses this: Invalid path '/{**rest' for route 'path': There \
            is an incomplete parameter in the route template. Check that each '{' character has a matching '}' \
            character
            $.ReverseProxy.Routes.nowhere (line 4): YARP refuses this: Route 'nowhere' requires Hosts or Path \
            specified. Set the Path to '/{**catchall}' to match all requests
            $.ReverseProxy.Routes.nowhere.ClusterId (line 4): the route names no cluster; write the id of one
            $.ReverseProxy.Routes.transform (line 5): YARP refuses this: Unknown transform: PathRemovPrefix
            $.ReverseProxy.Clusters.a (line 7): YARP refuses this: No matching ILoadBalancingPolicy found for the \
            load balancing policy 'Nope' set on the cluster 'a'
            $.ReverseProxy.Clusters.time (line 8): YARP refuses this: String 'soon' was not recognized as a valid \
            TimeSpan
            """,
            Reading.ProxyFile(
                $$"""
                { "Routes": {
                "order": { "ClusterId": "a", "Match": { "Path": "/a" }, "Order": "x" },
                "path": { "ClusterId": "a", "Match": { "Path": "/{**rest" } },
                "nowhere": {},
                "transform": { "ClusterId": "a", "Match": {"Path": "/b"}, "Transforms": [{"PathRemovPrefix": "/b"}] }
                }, "Clusters": {
                "a": {{Cluster.Insert(1, "\"LoadBalancingPolicy\": \"Nope\",")}},
                "time": {{Cluster.Insert(1, "\"HttpRequest\": { \"ActivityTimeout\": \"soon\" },")}}
                } }
                """));

    [Theory]
    [InlineData("A", "cluster ids are case-sensitive: write 'a'")]
    [InlineData("b", "did you mean 'a'?")]
    [InlineData("github", "defined are a")]
    public async Task A_route_to_a_cluster_that_does_not_exist_is_refused(string id, string remedy) =>
        await Reading.AssertFaultsAsync(
            $"$.ReverseProxy.Routes.r.ClusterId (line 1): the cluster '{id}' does not exist; {remedy}",
            Section(Route.Replace("\"a\"", $"\"{id}\"", StringComparison.Ordinal), Cluster));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "Destinations": {} }""")]
    [InlineData("""{ "Destinations": null }""")]
    [InlineData("null")]
    public async Task A_cluster_without_destinations_is_refused(string cluster)
    {
        var result = await Reading.ReadAsync(Section(Route, cluster));

        Assert.Equal(
            "$.ReverseProxy.Clusters.a.Destinations (line 1): "
                + "the cluster has no destinations; write at least one with an Address",
            Assert.Single(result.Faults).ToString());
    }

    [Theory]
    [InlineData("", "the destination has no address; " + UrlRemedy)]
    [InlineData("10.0.0.5:3000", "this is no address of a backend; " + UrlRemedy)]
    [InlineData("/mcp", "this is no address of a backend; " + UrlRemedy)]
    [InlineData("ftp://h/", "this is no address of a backend; " + UrlRemedy)]
    [InlineData("http://u:hunter2@h/",
        "the address carries a user name or password; secrets never stand in the file, remove it")]
    [InlineData("http://h/?a=b", "the address has a query or fragment, which YARP drops; remove it")]
    public async Task A_destination_that_cannot_be_called_is_refused(string address, string problem)
    {
        var result = await Reading.ReadAsync(
            Section(Route, Cluster.Replace("http://127.0.0.1:3001/", address, StringComparison.Ordinal)));

        Assert.Contains(
            $"$.ReverseProxy.Clusters.a.Destinations.one.Address (line 1): {problem}",
            result.Faults.Select(fault => fault.ToString()));
        Assert.Null(result.Snapshot);
    }

    [Theory]
    [InlineData("a b", "'a b' is no cluster id; write letters, digits, '_', '.' and '-' only")]
    [InlineData("a/b", "'a/b' is no cluster id; write letters, digits, '_', '.' and '-' only")]
    [InlineData("unknown",
        "'unknown' is what the audit log writes for calls that reach no backend; write another id")]
    [InlineData("Unknown",
        "'Unknown' is what the audit log writes for calls that reach no backend; write another id")]
    public async Task A_cluster_id_that_would_confuse_the_audit_log_is_refused(string id, string problem)
    {
        var section = $$"""{ "Routes": { "r": {{Route}} }, "Clusters": { "a": {{Cluster}}, "{{id}}": {{Cluster}} } }""";

        var result = await Reading.ReadAsync(Reading.ProxyFile(section));

        Assert.Equal(problem, Assert.Single(result.Faults).Problem);
    }

    [Fact]
    public async Task A_colon_in_a_key_is_refused_at_any_depth() =>
        await Reading.AssertFaultsAsync(
            """
            $.ReverseProxy.Routes["x:y"] (line 2): the key contains ':', which YARP's configuration cannot carry; \
            write another key
            $.ReverseProxy.Routes.r.Metadata["k:l"] (line 3): the key contains ':', which YARP's configuration \
            cannot carry; write another key
            """,
            Reading.ProxyFile(
                $$"""
                { "Routes": {
                "x:y": {{Route}},
                "r": { "ClusterId": "a", "Match": { "Path": "/a" }, "Metadata": { "k:l": "v" } } },
                "Clusters": { "a": {{Cluster}} } }
                """));

    [Fact]
    public async Task Keys_that_YARP_would_ignore_are_warned_of()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.ProxyFile(
            """
            { "Routs": {}, "Routes": {
            "r": { "ClusterId": "a", "match": { "Path": "/a", "Methds": ["GET"],
              "Headers": [{ "Name": "x", "Mode": "Exists", "Vals": [] }] },
            "AuthorisationPolicy": "x", "Metadata": { "anything": "goes" }, "Transforms": [{ "PathPrefix": "/x" }] } },
            "Clusters": { "a": { "HttpRequest": { "ActivityTimout": "00:01:00" },
            "Destinations": { "one": { "Address": "http://127.0.0.1:3001/", "Adress": "x" } } } } }
            """));

        const string Ignored = "YARP does not know this key and ignores it; ";
        Assert.Equal(
            [
                $"$.ReverseProxy.Routs (line 1): {Ignored}did you mean 'Routes'?",
                $"$.ReverseProxy.Routes.r.match.Methds (line 2): {Ignored}did you mean 'Methods'?",
                $"$.ReverseProxy.Routes.r.match.Headers[0].Vals (line 3): {Ignored}did you mean 'Values'?",
                $"$.ReverseProxy.Routes.r.AuthorisationPolicy (line 4): {Ignored}did you mean 'AuthorizationPolicy'?",
                $"$.ReverseProxy.Clusters.a.HttpRequest.ActivityTimout (line 5): {Ignored}"
                    + "did you mean 'ActivityTimeout'?",
                $"$.ReverseProxy.Clusters.a.Destinations.one.Adress (line 6): {Ignored}did you mean 'Address'?",
            ],
            snapshot.Warnings);
    }

    [Fact]
    public async Task YARP_reads_its_section_as_it_always_does()
    {
        var snapshot = await Reading.ReadValidAsync(Reading.ProxyFile(
            """
            { "Routes": { "r": { "ClusterId": "a", "Order": 3,
                "Match": { "Path": "/a/{**rest}", "Methods": ["GET", "POST"], "Hosts": ["h"] },
                "Metadata": { "mine": "1" }, "Transforms": [{ "PathRemovePrefix": "/a" }] } },
              "Clusters": { "a": {
                "SessionAffinity": { "Enabled": true, "Policy": "HashCookie", "AffinityKeyName": "k" },
                "HttpClient": { "MaxConnectionsPerServer": 7 },
                "Destinations": { "one": { "Address": "http://127.0.0.1:2/", "Health": "http://127.0.0.1:1/" } } } } }
            """));

        var route = Assert.Single(snapshot.Routes);
        var cluster = Assert.Single(snapshot.Clusters);
        Assert.Equal(("r", "a", 3), (route.RouteId, route.ClusterId, route.Order));
        Assert.Equal(["GET", "POST"], route.Match.Methods!);
        Assert.Equal("/a", Assert.Single(route.Transforms!)["PathRemovePrefix"]);
        Assert.Equal("1", route.Metadata!["mine"]);
        Assert.Equal("1", route.Metadata[ConfigurationSnapshot.MetadataKey]);
        Assert.Equal(("HashCookie", true), (cluster.SessionAffinity!.Policy, cluster.SessionAffinity.Enabled));
        Assert.Equal(7, cluster.HttpClient!.MaxConnectionsPerServer);
        Assert.Equal("http://127.0.0.1:1/", cluster.Destinations!["one"].Health);
    }

    [Theory]
    [InlineData("{}", 30 * 60)]
    [InlineData("""{ "Version": "1.1" }""", 30 * 60)]
    [InlineData("""{ "ActivityTimeout": "00:00:07" }""", 7)]
    public async Task A_silent_stream_may_last_thirty_minutes_unless_stated_otherwise(string request, int seconds)
    {
        var cluster = Cluster.Insert(1, $"\"HttpRequest\": {request},");

        var snapshot = await Reading.ReadValidAsync(Section(Route, cluster));

        Assert.Equal(
            TimeSpan.FromSeconds(seconds), Assert.Single(snapshot.Clusters).HttpRequest!.ActivityTimeout);
    }

    [Fact]
    public async Task A_file_cannot_forge_the_snapshot_of_a_route()
    {
        var route = Route.Insert(1, """ "Metadata": { "sentinel.snapshot": "99", "Sentinel.Snapshots": "1" }, """);

        var snapshot = await Reading.ReadValidAsync(Section(route, Cluster));

        var metadata = Assert.Single(snapshot.Routes).Metadata!;
        Assert.Equal("1", metadata[ConfigurationSnapshot.MetadataKey]);
        Assert.Equal(2, metadata.Count);
    }

    private static string Section(string route, string cluster) =>
        Reading.ProxyFile($$"""{ "Routes": { "r": {{route}} }, "Clusters": { "a": {{cluster}} } }""");
}
