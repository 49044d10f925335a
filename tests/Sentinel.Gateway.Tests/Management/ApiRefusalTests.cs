using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Sentinel.Gateway.Management.Api;
using Sentinel.Gateway.Management.Viewers;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Management;

/// <summary>Who is no viewer is given nothing, at every address that there is.</summary>
public sealed class ApiRefusalTests : IAsyncLifetime
{
    private ManagementRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await ManagementRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Only_signing_in_needs_no_viewer()
    {
        Assert.True(_rig.Endpoints.Count >= 14);
        Assert.Equal(
            ["POST /api/session"],
            _rig.Endpoints.Where(one => !one.NeedsViewer).Select(one => $"{one.Method} {one.Path}"));

        // With a session every one of them is answered, so that what follows refuses for the lack of one.
        var cookie = await _rig.SignInAsync();
        foreach (var endpoint in Closed().Where(one => one.Method == "GET"))
        {
            using var response = await _rig.SendAsync(endpoint.Method, PathOf(endpoint), cookie);
            Assert.NotEqual(401, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task Without_a_session_nothing_is_given()
    {
        var cookie = await _rig.SignInAsync();
        string?[] cookies =
        [
            null,
            "",
            $"{ViewerCookie.Name}=",
            $"{ViewerCookie.Name}={new string('A', 43)}",
            cookie[..^1],
            cookie + "A",
            cookie.ToUpperInvariant(),
            "x" + cookie,
            $"{cookie}; {cookie}",
            $"{cookie}; {ViewerCookie.Name}={new string('A', 43)}",
        ];
        foreach (var endpoint in Closed())
        {
            foreach (var one in cookies)
            {
                Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(
                    await _rig.SendAsync(endpoint.Method, PathOf(endpoint), one)));
            }

            // What lets a caller call does not let it view.
            Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(await _rig.SendAsync(
                endpoint.Method,
                PathOf(endpoint),
                headers: ("Authorization", $"Bearer {ManagementRig.ViewerKey}"))));
            Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(await _rig.SendAsync(
                endpoint.Method, PathOf(endpoint), headers: ("X-Api-Key", ManagementRig.ViewerKey))));
        }
    }

    [Fact]
    public async Task A_session_that_was_signed_out_gives_nothing()
    {
        var cookie = await _rig.SignInAsync();
        using var signedOut = await _rig.SendAsync("DELETE", "/api/session", cookie);

        Assert.Equal(204, (int)signedOut.StatusCode);
        Assert.Contains("Max-Age=0", signedOut.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        await AssertNothingAsync(cookie);
    }

    [Fact]
    public async Task A_key_that_left_the_configuration_ends_its_session()
    {
        var cookie = await _rig.SignInAsync();
        var config = ManagementRig.Config();
        config.Sentinel["Authentication"]!["ApiKeys"]!.AsArray().RemoveAt(0);

        await _rig.ReloadAsync(config);

        await AssertNothingAsync(cookie);
    }

    [Fact]
    public async Task A_role_that_the_key_lost_ends_its_session()
    {
        var cookie = await _rig.SignInAsync();
        var config = ManagementRig.Config();
        config.Sentinel["Authentication"]!["ApiKeys"]![0]!["Roles"] = new JsonArray("caller");

        await _rig.ReloadAsync(config);
        await AssertNothingAsync(cookie);

        await _rig.ReloadAsync(ManagementRig.Config());
        await AssertNothingAsync(cookie);
    }

    [Fact]
    public async Task A_role_that_views_no_more_ends_its_sessions()
    {
        var cookie = await _rig.SignInAsync();
        var config = ManagementRig.Config();
        config.Sentinel["Management"]!["ViewerRoles"] = new JsonArray("caller");

        await _rig.ReloadAsync(config);

        await AssertNothingAsync(cookie);
        Assert.StartsWith(ViewerCookie.Name, await _rig.SignInAsync(ManagementRig.CallerKey), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_that_changes_neither_leaves_the_session()
    {
        var cookie = await _rig.SignInAsync();

        await _rig.ReloadAsync(ManagementRig.Config().Role("other", []));

        Assert.Equal((200, null), await ManagementRig.ReadAsync(await _rig.SendAsync("GET", "/api/session", cookie)));
    }

    [Fact]
    public async Task Without_viewer_roles_there_is_no_dashboard_and_the_answer_says_which_key_to_write()
    {
        var cookie = await _rig.SignInAsync();
        var config = ManagementRig.Config();
        config.Sentinel["Management"]!["ViewerRoles"] = new JsonArray();
        await _rig.ReloadAsync(config);

        foreach (var path in new[] { "/", "/index.html", "/assets/app.js", "/api/calls", "/api/session", "/api/none" })
        {
            using var response = await _rig.SendAsync("GET", path, cookie);
            Assert.Equal(404, (int)response.StatusCode);
            Assert.Contains(
                "Sentinel.Management.ViewerRoles",
                await response.Content.ReadAsStringAsync(),
                StringComparison.Ordinal);
        }

        Assert.Equal((404, "not_found"), await ManagementRig.ReadAsync(await _rig.SendAsync(
            "POST", "/api/session", body: $$"""{"credential":"{{ManagementRig.ViewerKey}}"}""")));
    }

    [Fact]
    public async Task Nothing_of_it_is_on_the_traffic_listener()
    {
        var cookie = await _rig.SignInAsync();
        foreach (var path in _rig.Endpoints.Select(PathOf).Append("/").Append("/index.html").Distinct())
        {
            using var response = await _rig.SendAsync(
                "GET", path, cookie, origin: _rig.Traffic, headers: ("X-Api-Key", ManagementRig.ViewerKey));
            Assert.Equal(404, (int)response.StatusCode);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        using var signIn = await _rig.SendAsync(
            "POST",
            "/api/session",
            body: $$"""{"credential":"{{ManagementRig.ViewerKey}}"}""",
            origin: _rig.Traffic);
        Assert.False(signIn.Headers.Contains("Set-Cookie"));
        Assert.NotEqual(200, (int)signIn.StatusCode);
    }

    [Fact]
    public async Task A_method_that_an_address_does_not_take_is_refused_with_those_that_it_takes()
    {
        var cookie = await _rig.SignInAsync();
        foreach (var endpoint in _rig.Endpoints)
        {
            foreach (var method in new[] { "PUT", "PATCH", "OPTIONS", "HEAD", "POSTS" })
            {
                using var response = await _rig.SendAsync(method, PathOf(endpoint), cookie);
                Assert.Equal(405, (int)response.StatusCode);
                Assert.Contains(endpoint.Method, response.Content.Headers.Allow);
                Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
            }
        }
    }

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/")]
    [InlineData("/api/none")]
    [InlineData("/api/calls/a/b")]
    [InlineData("/api/calls/")]
    [InlineData("/API/calls")]
    [InlineData("/api/session/")]
    public async Task An_address_that_is_none_is_not_found(string path) =>
        Assert.Equal(404, (await ManagementRig.ReadAsync(
            await _rig.SendAsync("GET", path, await _rig.SignInAsync()))).Status);

    [Theory]
    [InlineData("/api/calls?unknown=1")]
    [InlineData("/api/calls?limit=0")]
    [InlineData("/api/calls?limit=201")]
    [InlineData("/api/calls?limit=x")]
    [InlineData("/api/calls?order=sideways")]
    [InlineData("/api/calls?after=1")]
    [InlineData("/api/calls?from=whenever")]
    [InlineData("/api/calls?outcome=Success")]
    [InlineData("/api/calls?outcome=0")]
    [InlineData("/api/calls?tool=a&tool=b")]
    [InlineData("/api/calls?argument=project")]
    [InlineData("/api/calls?argument=a%5B*%5D%3D1")]
    [InlineData("/api/calls?request=1")]
    [InlineData("/api/calls?role=a,b")]
    [InlineData("/api/calls?caller=%00")]
    [InlineData("/api/calls/not-an-id")]
    [InlineData("/api/calls/live?limit=1")]
    [InlineData("/api/calls/export?format=xml")]
    [InlineData("/api/stats?by=nothing")]
    [InlineData("/api/stats?every=second")]
    [InlineData("/api/verify?from=whenever")]
    [InlineData("/api/verify?tool=a")]
    [InlineData("/api/policy?x=1")]
    [InlineData("/api/policy/explain")]
    [InlineData("/api/policy/explain?backend=github&name=x&role=nobody")]
    [InlineData("/api/policy/explain?backend=nowhere&name=x")]
    [InlineData("/api/policy/explain?backend=github&name=x&kind=toy")]
    [InlineData("/api/policy/explain?backend=github&name=x&arguments=%5B%5D")]
    [InlineData("/api/status?x=1")]
    public async Task A_question_that_cannot_be_asked_is_told_so(string path) =>
        Assert.Equal((400, "bad_request"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("GET", path, await _rig.SignInAsync())));

    [Fact]
    public async Task Nothing_secret_is_in_what_is_given()
    {
        var cookie = await _rig.SignInAsync();
        foreach (var path in new[] { "/api/backends", "/api/status", "/api/policy", "/api/session" })
        {
            using var response = await _rig.SendAsync("GET", path, cookie);
            var text = await response.Content.ReadAsStringAsync();
            Assert.Equal(200, (int)response.StatusCode);
            foreach (var secret in new[]
            {
                "secret", ManagementRig.ViewerKey, ManagementRig.CallerKey, cookie.Split('=')[1], "Sha256",
            })
            {
                Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task A_verification_that_runs_keeps_another_out()
    {
        var cookie = await _rig.SignInAsync();
        var questions = _rig.Services.GetRequiredService<StoreQuestions>();
        using (questions.TryEnterVerification())
        {
            Assert.Equal((409, "busy"), await ManagementRig.ReadAsync(
                await _rig.SendAsync("GET", "/api/verify", cookie)));
        }

        using var _ = questions.TryEnterExport();
        using var __ = questions.TryEnterExport();
        Assert.Equal((503, "busy"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("GET", "/api/calls/export", cookie)));
    }

    [Fact]
    public async Task More_live_views_than_there_may_be_are_refused()
    {
        var cookie = await _rig.SignInAsync();
        var open = new List<HttpResponseMessage>();
        await Eventually.HoldsAsync(async () =>
            (await ManagementRig.ReadAsync(await _rig.SendAsync("GET", "/api/calls", cookie))).Status == 200);
        for (var i = 0; i < LiveAnswer.StreamsMax; i++)
        {
            open.Add(await _rig.SendAsync("GET", "/api/calls/live", cookie));
        }

        Assert.All(open, response => Assert.Equal(200, (int)response.StatusCode));
        Assert.Equal((503, "busy"), await ManagementRig.ReadAsync(
            await _rig.SendAsync("GET", "/api/calls/live", cookie)));
        open[0].Dispose();
        await Eventually.HoldsAsync(async () =>
        {
            using var response = await _rig.SendAsync("GET", "/api/calls/live", cookie);
            return (int)response.StatusCode == 200;
        });
        open.ForEach(response => response.Dispose());
    }

    private async Task AssertNothingAsync(string cookie)
    {
        foreach (var endpoint in Closed())
        {
            Assert.Equal((401, "signed_out"), await ManagementRig.ReadAsync(
                await _rig.SendAsync(endpoint.Method, PathOf(endpoint), cookie)));
        }
    }

    private IEnumerable<ApiEndpoint> Closed() => _rig.Endpoints.Where(endpoint => endpoint.NeedsViewer);

    private static string PathOf(ApiEndpoint endpoint) =>
        endpoint.Path.Replace("{request_id}", Guid.Empty.ToString(), StringComparison.Ordinal);
}
