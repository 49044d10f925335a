using System.Text.Json.Nodes;
using Sentinel.Tests.Shared;
using Sentinel.Tests.Shared.Identity;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

public sealed class SignInTests : IAsyncLifetime
{
    private const string Audience = "https://mcp.example.com/";

    private TestIssuer _issuer = null!;
    private ManagementRig _rig = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _rig = await ManagementRig.StartAsync(TakeTokens);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_viewers_key_opens_a_session_whose_cookie_no_script_and_no_other_site_gets()
    {
        using var response = await PostAsync(ManagementRig.ViewerKey);

        var session = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("key:ann", session["subject"]!.GetValue<string>());
        Assert.Equal("ann", session["display"]!.GetValue<string>());
        Assert.Equal("auditor", Assert.Single(session["roles"]!.AsArray())!.GetValue<string>());
        Assert.Matches(
            "^sentinel_viewer=[A-Za-z0-9_-]{43}; HttpOnly; SameSite=Strict; Path=/; Max-Age=28(800|79[0-9])$",
            response.Headers.GetValues("Set-Cookie").Single());
        Assert.Contains(_rig.Log.WithId(10010), line => line.Text.StartsWith("key:ann signed in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_TLS_the_cookie_is_sent_over_TLS_only()
    {
        using var response = await PostAsync(
            ManagementRig.ViewerKey, ("Origin", $"https://{_rig.Management.Authority}"));

        Assert.EndsWith("; Secure", response.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_opens_a_session_that_ends_with_it()
    {
        using var response = await PostAsync(Token("auditor").ExpiresIn(TimeSpan.FromMinutes(5)).ToString());

        var session = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal("alice", session["subject"]!.GetValue<string>());
        var age = int.Parse(
            response.Headers.GetValues("Set-Cookie").Single().Split("Max-Age=")[1],
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(age, 200, 360);
    }

    [Fact]
    public async Task A_tokens_session_ends_where_the_rules_for_tokens_change_and_not_where_others_do()
    {
        var cookie = await _rig.SignInAsync(Token("auditor").ToString());
        var same = ManagementRig.Config().Role("other", []);
        TakeTokens(same);
        await _rig.ReloadAsync(same);
        var before = await ManagementRig.ReadAsync(await _rig.SendAsync("GET", "/api/session", cookie));
        var other = ManagementRig.Config();
        TakeTokens(other);
        other.Sentinel["Authentication"]!["Issuers"]![0]!["Audiences"] = new JsonArray("https://other.example.com/");

        await _rig.ReloadAsync(other);

        Assert.Equal((200, null), before);
        Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("GET", "/api/session", cookie)));
    }

    [Fact]
    public async Task A_tokens_session_ends_where_its_role_is_gone_from_the_policy()
    {
        var cookie = await _rig.SignInAsync(Token("auditor").ToString());
        var config = ManagementRig.Config();
        TakeTokens(config);
        config.Sentinel["Rbac"]!["Roles"]!.AsObject().Remove("auditor");
        config.Sentinel["Authentication"]!["ApiKeys"]!.AsArray().RemoveAt(0);
        config.Sentinel["Management"]!["ViewerRoles"] = new JsonArray("caller");

        await _rig.ReloadAsync(config);

        Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("GET", "/api/session", cookie)));
    }

    [Fact]
    public async Task A_credential_that_is_none_opens_nothing()
    {
        string[] credentials =
        [
            "wrong", ManagementRig.ViewerKey + "x", "anonymous", "key:ann", $"Bearer {ManagementRig.ViewerKey}",
            Token("auditor").ExpiresIn(TimeSpan.FromHours(-1)).ToString(),
            Token("auditor").With("aud", "https://other.example.com/").ToString(),
            Token("auditor") + "x",
        ];
        foreach (var credential in credentials)
        {
            using var response = await PostAsync(credential);
            Assert.False(response.Headers.Contains("Set-Cookie"));
            Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(response));
        }
    }

    [Fact]
    public async Task A_caller_without_a_viewer_role_is_told_which_it_needs()
    {
        foreach (var credential in new[] { ManagementRig.CallerKey, Token("caller").ToString(), Token().ToString() })
        {
            using var response = await PostAsync(credential);
            var text = await response.Content.ReadAsStringAsync();
            Assert.Equal(403, (int)response.StatusCode);
            Assert.Contains("not_a_viewer", text, StringComparison.Ordinal);
            Assert.Contains("auditor", text, StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal(3, _rig.Log.WithId(10012).Count);
    }

    [Fact]
    public async Task A_key_that_is_bound_to_a_backend_may_view()
    {
        var config = ManagementRig.Config();
        config.Sentinel["Authentication"]!["ApiKeys"]![0]!["Backends"] = new JsonArray("github");
        await _rig.ReloadAsync(config);

        Assert.NotEmpty(await _rig.SignInAsync());
    }

    [Fact]
    public async Task A_key_that_has_expired_may_not_and_one_that_expires_ends_its_session()
    {
        var config = ManagementRig.Config();
        config.Sentinel["Authentication"]!["ApiKeys"]![0]!["ExpiresAt"] = "2020-01-01T00:00:00Z";
        var cookie = await _rig.SignInAsync();
        await _rig.ReloadAsync(config);

        using var response = await PostAsync(ManagementRig.ViewerKey);

        Assert.Equal(401, (int)response.StatusCode);
        Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("GET", "/api/session", cookie)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("{\"credential\":1}")]
    [InlineData("{\"credential\":null}")]
    [InlineData("{\"credential\":\"\"}")]
    [InlineData("{\"credential\":\" \"}")]
    [InlineData("{\"credential\":\"\\ud800\"}")]
    [InlineData("{\"Credential\":\"x\"}")]
    [InlineData("{\"credential\":\"x\",\"more\":1}")]
    [InlineData("{\"credential\":\"x\",\"credential\":\"y\"}")]
    [InlineData("{\"credential\":\"x\"} x")]
    [InlineData("{\"credential\":\"x\"")]
    public async Task A_body_that_is_no_sign_in_is_refused(string body) =>
        Assert.Equal((400, "bad_request"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("POST", "/api/session", body: body)));

    [Theory]
    [InlineData(16 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task A_body_beyond_its_limit_is_refused(int size)
    {
        Assert.Equal((400, "bad_request"), await ManagementRig.ReadAsync(await _rig.SendAsync(
            "POST", "/api/session", body: $$"""{"credential":"{{new string('x', size)}}"}""")));
        var answer = await _rig.SendRawAsync(
            "POST /api/session HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            "Connection: close",
            $"Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n{new string(' ', size)}\r\n1\r\n \r\n0\r\n");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonx")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task A_content_type_that_a_form_could_send_is_refused(string? contentType)
    {
        var cookie = await _rig.SignInAsync();

        Assert.Equal((400, "bad_request"), await ManagementRig.ReadAsync(await _rig.SendAsync(
            "POST",
            "/api/session",
            body: $$"""{"credential":"{{ManagementRig.ViewerKey}}"}""",
            contentType: contentType)));
        Assert.Equal((400, "bad_request"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("DELETE", "/api/session", cookie, contentType: contentType)));
        Assert.Equal((200, null), await ManagementRig.ReadAsync(await _rig.SendAsync("GET", "/api/session", cookie)));
    }

    [Fact]
    public async Task After_ten_failures_the_address_waits_even_with_a_good_credential()
    {
        for (var i = 0; i < 10; i++)
        {
            using var failed = await PostAsync("guess" + i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(401, (int)failed.StatusCode);
        }

        using var response = await PostAsync(ManagementRig.ViewerKey);

        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal((429, "too_many_attempts"), await ManagementRig.ReadAsync(response));
    }

    [Fact]
    public async Task Signing_in_anew_ends_the_session_before()
    {
        var first = await _rig.SignInAsync();
        using var response = await _rig.SendAsync(
            "POST", "/api/session", first, $$"""{"credential":"{{ManagementRig.ViewerKey}}"}""");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(401, (await ManagementRig.ReadAsync(await _rig.SendAsync("GET", "/api/session", first))).Status);
    }

    private TestToken Token(params string[] roles) =>
        _issuer.Token(Audience).With("roles", new JsonArray([.. roles.Select(role => (JsonNode)role)]));

    private void TakeTokens(ProxyConfig config) => config.Sentinel["Authentication"]!["Issuers"] = new JsonArray(
        new JsonObject
        {
            ["Authority"] = _issuer.Authority,
            ["Audiences"] = new JsonArray(Audience),
            ["RequireHttpsMetadata"] = false,
        });

    private Task<HttpResponseMessage> PostAsync(string credential, params (string, string)[] headers) => _rig.SendAsync(
        "POST",
        "/api/session",
        body: new JsonObject { ["credential"] = credential }.ToJsonString(),
        headers: headers);
}
