using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>How the settings of the edge and of the backends can be got wrong, and what is said then.</summary>
public sealed class EdgeSettingsTests
{
    [Theory]
    [InlineData("\"PublicUrl\": \"mcp.example.com\"",
        "$.Sentinel.PublicUrl (line 4): 'mcp.example.com' is no origin; write scheme and host, for example "
            + "https://mcp.example.com")]
    [InlineData("\"PublicUrl\": \"https://mcp.example.com/github/mcp\"",
        "$.Sentinel.PublicUrl (line 4): an origin is scheme, host and port alone; write https://mcp.example.com")]
    [InlineData("\"PublicUrl\": \"https://u:p@mcp.example.com\"",
        "$.Sentinel.PublicUrl (line 4): an origin is scheme, host and port alone; write https://mcp.example.com")]
    [InlineData("\"PublicUrl\": \"ftp://mcp.example.com\"",
        "$.Sentinel.PublicUrl (line 4): 'ftp://mcp.example.com' is no origin; write scheme and host, for example "
            + "https://mcp.example.com")]
    [InlineData("\"TrustedProxies\": [\"10.0.0.0/8\", \"10.0.0.0/33\"]",
        "$.Sentinel.TrustedProxies[1] (line 4): '10.0.0.0/33' is neither an address nor a network; write 10.0.0.5, "
            + "10.0.0.0/8 or fd00::/8")]
    [InlineData("\"TrustedProxies\": [\"balancer\"]",
        "$.Sentinel.TrustedProxies[0] (line 4): 'balancer' is neither an address nor a network; write 10.0.0.5, "
            + "10.0.0.0/8 or fd00::/8")]
    [InlineData("\"TrustedProxies\": [\"10\"]",
        "$.Sentinel.TrustedProxies[0] (line 4): '10' is neither an address nor a network; write 10.0.0.5, "
            + "10.0.0.0/8 or fd00::/8")]
    [InlineData("\"AllowedHosts\": [\"https://a.example\"]",
        "$.Sentinel.AllowedHosts[0] (line 4): 'https://a.example' is no host; write its name without scheme and "
            + "port, for example mcp.example.com or *.example.com (other letters as xn--…), or * for every host")]
    [InlineData("\"AllowedHosts\": [\"a*.example\"]",
        "$.Sentinel.AllowedHosts[0] (line 4): 'a*.example' is no host; write its name without scheme and "
            + "port, for example mcp.example.com or *.example.com (other letters as xn--…), or * for every host")]
    [InlineData("\"AllowedOrigins\": [\"a.example\"]",
        "$.Sentinel.AllowedOrigins[0] (line 4): 'a.example' is no origin; write scheme and host, for example "
            + "https://mcp.example.com")]
    [InlineData("\"AllowedOrigins\": [\"https://a.example/\", \"https://a.example/x\"]",
        "$.Sentinel.AllowedOrigins[1] (line 4): an origin is scheme, host and port alone; write https://a.example")]
    [InlineData("\"AllowedOrigins\": [\"null\"]",
        "$.Sentinel.AllowedOrigins[0] (line 4): 'null' is the origin of any sandboxed page; write the page's own "
            + "origin, or * for every one")]
    public async Task A_setting_of_the_edge_that_cannot_be_used_is_refused(string member, string expected) =>
        await Reading.AssertFaultsAsync(expected, Reading.OpenFile("  " + member));

    [Fact]
    public async Task Settings_of_the_edge_are_taken()
    {
        var sentinel = (await Reading.ReadValidAsync(Reading.OpenFile(
            "\"PublicUrl\": \"HTTPS://Mcp.Example.com:443/\"",
            "\"TrustedProxies\": [\"10.1.2.3/8\", \"::1\", \"192.0.2.0/24\"]",
            "\"AllowedHosts\": [\"*\", \"a.example\"]",
            "\"AllowedOrigins\": [\"*\", \"chrome-extension://abc\", \"https://*.example.com\"]"))).Sentinel;

        Assert.Equal("https://mcp.example.com", sentinel.PublicUrl!.Text);
        Assert.True(sentinel.TrustedProxies[0].Contains(System.Net.IPAddress.Parse("10.9.9.9")));
        Assert.Equal(["*", "chrome-extension://abc", "https://*.example.com"], sentinel.AllowedOrigins.Select(o => o.Text));
    }

    [Theory]
    [InlineData("\"b\": {}", "$.Sentinel.Backends.b (line 4): there is no backend 'b' in ReverseProxy.Clusters; "
        + "did you mean 'a'?")]
    [InlineData("\"a\": { \"Headers\": { \"X-Tenant\": \"env:NOT_SET\" } }",
        "$.Sentinel.Backends.a.Headers.X-Tenant (line 4): the environment variable NOT_SET is not set; set it, or "
            + "remove this")]
    [InlineData("\"a\": { \"Headers\": { \"Authorization\": \"Bearer env:EMPTY\" } }",
        "$.Sentinel.Backends.a.Headers.Authorization (line 4): the environment variable EMPTY is not set; set it, or "
            + "remove this")]
    [InlineData("\"a\": { \"Headers\": { \"Authorization\": \"Bearer abc\" } }",
        "$.Sentinel.Backends.a.Headers.Authorization (line 4): the value of Authorization is a secret, and secrets "
            + "never stand in the file; write env:NAME")]
    [InlineData("\"a\": { \"Headers\": { \"X-Api-Key\": \"abc\" } }",
        "$.Sentinel.Backends.a.Headers.X-Api-Key (line 4): the value of X-Api-Key is a secret, and secrets "
            + "never stand in the file; write env:NAME")]
    [InlineData("\"a\": { \"Headers\": { \"X-Api-Key\": \"env:s3cr3t!\" } }",
        "$.Sentinel.Backends.a.Headers.X-Api-Key (line 4): this is no name of an environment variable; write the "
            + "name of an environment variable, and put the secret into that variable")]
    [InlineData("\"a\": { \"Headers\": { \"X-Tenant\": \"env:TWO_LINES\" } }",
        "$.Sentinel.Backends.a.Headers.X-Tenant (line 4): the value of the variable TWO_LINES is empty or cannot be "
            + "sent in a header; write visible ASCII on one line")]
    [InlineData("\"a\": { \"Headers\": { \"X-Tenant\": \"\\u00fc\" } }",
        "$.Sentinel.Backends.a.Headers.X-Tenant (line 4): the value is empty or cannot be sent in a header; write "
            + "visible ASCII on one line")]
    [InlineData("\"a\": { \"Headers\": { \"X Y\": \"1\" } }",
        "$.Sentinel.Backends.a.Headers[\"X Y\"] (line 4): this is no header's name; write one such as Authorization")]
    [InlineData("\"a\": { \"Headers\": { \"sentinel-subject\": \"1\" } }",
        "$.Sentinel.Backends.a.Headers.sentinel-subject (line 4): sentinel-subject is set by Sentinel or belongs to "
            + "the message; remove it")]
    [InlineData("\"a\": { \"Headers\": { \"Host\": \"1\" } }",
        "$.Sentinel.Backends.a.Headers.Host (line 4): Host is set by Sentinel or belongs to the message; remove it")]
    [InlineData("\"a\": { \"ForwardAuthorization\": true, \"Headers\": { \"authorization\": \"env:SECRET\" } }",
        "$.Sentinel.Backends.a (line 4): Headers.Authorization and ForwardAuthorization would each set Authorization; "
            + "keep one of them")]
    [InlineData("\"a\": { \"ClientCredentials\": { \"TokenUrl\": \"https://i.example/t\", \"ClientId\": \"c\" } }",
        "$.Sentinel.Backends.a.ClientCredentials (line 4): the key ClientSecretEnv is missing; write a text in quotes")]
    [InlineData("\"a\": { \"ClientCredentials\": { \"TokenUrl\": \"i.example\", \"ClientId\": \"c\", "
        + "\"ClientSecretEnv\": \"NOT_SET\" } }",
        "$.Sentinel.Backends.a.ClientCredentials.ClientSecretEnv (line 4): the environment variable NOT_SET is not "
            + "set; set it, or remove this\n"
            + "$.Sentinel.Backends.a.ClientCredentials.TokenUrl (line 4): the value cannot be used; write the token "
            + "endpoint's URL, for example https://idp.example.com/oauth2/token")]
    public async Task A_setting_of_a_backend_that_cannot_be_used_is_refused(string backend, string expected)
    {
        var result = await Reading.ReadAsync(
            Reading.OpenFile($$"""  "Backends": { {{backend}} }"""),
            ("SECRET", "abc"), ("EMPTY", ""), ("TWO_LINES", "a\r\nb"));

        Assert.Equal(
            expected.Split('\n').Order(StringComparer.Ordinal),
            result.Faults.Select(fault => fault.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_the_file_names_is_filled_in()
    {
        var snapshot = await Reading.ReadValidAsync(
            Reading.OpenFile(
                """
                "Backends": { "a": {
                  "Headers": { "X-Tenant": "acme", "X-Api-Key": "env:KEY", "X-Token": "Token env:KEY" },
                  "ClientCredentials": { "TokenUrl": "http://idp.example/t", "ClientId": "c", "ClientSecretEnv": "KEY" }
                } }
                """),
            ("KEY", "s3cr3t\n"));

        var settings = snapshot.Backends["a"];
        Assert.Equal(
            ["X-Tenant: acme", "X-Api-Key: s3cr3t", "X-Token: Token s3cr3t"],
            settings.Headers.Select(header => $"{header.Key}: {header.Value}"));
        Assert.Equal("s3cr3t", settings.ClientCredentials!.ClientSecret);
        Assert.DoesNotContain("s3cr3t", settings.ClientCredentials.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "$.Sentinel.Backends.a.ClientCredentials.TokenUrl (line 6): the client secret goes there unencrypted; "
                + "write an https URL",
            Assert.Single(snapshot.Warnings));
    }
}
