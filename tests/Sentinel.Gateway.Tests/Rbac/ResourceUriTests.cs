using System.Text;
using FsCheck.Fluent;
using Sentinel.Gateway.Rbac;
using Sentinel.Gateway.Tests.Mcp.Generated;
using Xunit;

namespace Sentinel.Gateway.Tests.Rbac;

public sealed class ResourceUriTests
{
    [Theory]
    [InlineData("https://*.example.com/*", "https://a.example.com/x", true)]
    [InlineData("https://*.example.com/*", "HTTPS://A.Example.COM/x?q=/", true)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org/.example.com/", false)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org/x.example.com/y", false)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org?.example.com/", false)]
    [InlineData("https://*.example.com/*", "https://a.example.com", false)]
    [InlineData("https://*.example.com:8443/*", "https://a.example.com:8443/x", true)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org:8.example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org:8:.example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org&.example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org;.example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org,.example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://[::1].example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://elsewhere.org..example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://.example.com/x", false)]
    [InlineData("https://*.example.com/*", "https://:80.example.com/x", false)]
    [InlineData("https://*.example.com/pub/*", "https://a.example.com/secret/.example.com/pub/x", false)]
    [InlineData("https://*.example.com", "https://a.example.com", true)]
    [InlineData("https://*.example.com", "https://elsewhere.org/.example.com", false)]
    [InlineData("https://example.*", "https://example.org/any/path?x", true)]
    [InlineData("https://*", "https://elsewhere.org/x", true)]
    [InlineData("https://*", "http://elsewhere.org/https://x", false)]
    [InlineData("https://host?/x", "https://host1/x", true)]
    [InlineData("https://*:8080/x", "https://[2001:db8::1]:8080/x", true)]
    [InlineData("https://*:8080/x", "https://[2001:db8::1]x:8080/x", false)]
    [InlineData("https://*:8080/x", "https://[elsewhere.org]:8080/x", false)]
    [InlineData("https://*:8080/x", "https://[::1%251]:8080/x", false)]
    [InlineData("https://*:8080/x", "https://[::1%1]:8080/x", false)]
    [InlineData("https://*:8080/x", "https://[::1:8080/x", false)]
    [InlineData("https://{tenant}.example.com/x", "https://{tenant}.example.com/x", true)]
    [InlineData("https://*:8080/x", "https://:8080/x", false)]
    [InlineData("https://a?b/x", "https://a/b/x", false)]
    [InlineData("*://public/x", "docs://public/x", true)]
    [InlineData("*://public/x", "docs:secret://public/x", false)]
    [InlineData("*://public/x", "docs://secret/x://public/x", false)]
    [InlineData("docs://public/*", "docs://public/a/b", true)]
    [InlineData("docs://public/*", "docs://Public/a", true)]
    [InlineData("docs://public/*", "docs://public/%61", true)]
    [InlineData("docs://public/*", "docs://public/%2e%2e/secret", false)]
    [InlineData("docs://public/*", "docs://public/%c0%ae%c0%ae/secret", false)]
    [InlineData("docs://public/*", "docs://public/%EF%BC%8E%EF%BC%8E/secret", false)]
    [InlineData("docs://public/*", "docs://public:80@secret/", false)]
    [InlineData("docs://public/*", "docs://public/..;/secret", false)]
    [InlineData("docs://public/*", "docs://public/... /secret", false)]
    [InlineData("docs://public/*", "docs://public/a#/../b", false)]
    [InlineData("docs://public/%7Ea", "docs://public/~a", true)]
    [InlineData("docs://public/a%2fb", "docs://public/a/b", false)]
    public void A_grant_reaches_what_it_names_and_no_further(string pattern, string uri, bool isGranted) =>
        Assert.Equal(isGranted, MayRead(Some.Policy(Some.Rules($"resource:a/{pattern}")), uri));

    [Theory]
    [InlineData("file:///srv/secret", "file:///srv/secret")]
    [InlineData("file:///srv/secret", "FILE:///SRV/Secret")]
    [InlineData("file:///srv/secret", "file://localhost/srv/secret")]
    [InlineData("file:///srv/secret", "file:/srv/secret")]
    [InlineData("file:///srv/secret", "file:///srv/%73ecret")]
    [InlineData("file:///srv/secret", "file:///srv/secret/")]
    [InlineData("file:///srv/secret", "file:///srv/secret.")]
    [InlineData("file:///srv/secret", "file:///srv/secret%20")]
    [InlineData("file:///srv/secret", "file:///srv./secret")]
    [InlineData("file:///srv/secret", "file:///srv/secret;v=1")]
    [InlineData("file:///srv/secret", "file:///srv/\u017Fecret")]
    [InlineData("https://h/x", "https://h:443/x")]
    [InlineData("https://h/x", "https://h./x")]
    [InlineData("https://h/x", "https://h/x?y")]
    [InlineData("https://h/x", "https://h/x;y?z")]
    [InlineData("https://H:443/x", "https://h/x")]
    [InlineData("https://h/", "https://h")]
    [InlineData("https://h/%7Ex", "https://h/~x")]
    public void No_spelling_escapes_a_rule_that_forbids(string pattern, string uri)
    {
        Assert.True(MayRead(Some.Policy(Some.Rules("resource:a/*")), uri));
        Assert.False(MayRead(Some.Policy(Some.Rules("resource:a/*"), Some.Rules($"resource:a/{pattern}")), uri));
        Assert.False(MayRead(Some.Policy(Some.Rules("resource:a/*"), [], [$"resource:a/{pattern}"]), uri));
    }

    [Fact]
    public void A_rule_on_trial_refuses_no_URI_that_has_no_safe_form()
    {
        var onTrial = Some.Rule("resource:a/file:///srv/*") with { Shadow = true };
        var policy = Some.Policy(Some.Rules("resource:*"), [onTrial]);

        var decision = policy.Decide(["role"], "a", TargetKind.Resource, "file:///x/../srv/secret", []);

        Assert.True(decision.IsAllowed);
        Assert.Same(Decision.AmbiguousUri, decision.WouldRefuse);
    }

    [Fact]
    public void What_is_granted_below_a_folder_stays_there_however_a_server_resolves_it()
    {
        var policy = Some.Policy(Some.Rules("resource:a/file:///docs/*"));
        var parts = Gen.Elements(
            "docs", "a", "etc", "..", ".", "/", "//", "\\", "%2e", "%2E", "%252e", "%2f", "%5c", "%25", "%c0%ae", "%00",
            "%61", ";", ";x", "?", "#", " ", "%20", "\u2024", "\uFF0E", "%EF%BC%8E",
            "@", ":", "%", "...", "\u00E9", "\t");
        var uris =
            from count in Gen.Choose(1, 8)
            from texts in parts.ListOf(count)
            select "file:///docs/" + string.Concat(texts);
        var granted = 0;

        Generating.Check(uris, _ => [], uri =>
        {
            if (MayRead(policy, uri))
            {
                granted++;
                Assert.All(ReadersOf(uri), path => Assert.StartsWith("/docs/", path, StringComparison.Ordinal));
            }
        }, seed: 5, cases: 5_000);

        Assert.True(granted > 300, $"{granted} granted");
    }

    private static bool MayRead(AccessPolicy policy, string uri) =>
        policy.Decide(["role"], "a", TargetKind.Resource, uri, []).IsAllowed;

    // Servers: what .NET takes for the path; decoded none, one, two or three times, with slashes of both kinds.
    private static IEnumerable<string> ReadersOf(string uri)
    {
        yield return new Uri(uri).AbsolutePath;
        yield return Uri.UnescapeDataString(new Uri(uri).AbsolutePath);
        var path = uri["file://".Length..];
        for (var round = 0; round < 4; round++)
        {
            yield return Resolve(path);
            path = Uri.UnescapeDataString(path);
        }
    }

    private static string Resolve(string path)
    {
        var kept = new List<string>();
        path = path.Normalize(NormalizationForm.FormKC).Split('\0', '?', '#')[0].Replace('\\', '/');
        var segments = path.Split('/').Select(s => s.Split(';')[0].Trim());
        foreach (var segment in segments.Where(s => s.Length > 0 && s != "."))
        {
            if (segment != "..")
            {
                kept.Add(segment);
            }
            else if (kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }
        }

        return $"/{string.Join('/', kept)}/";
    }
}
