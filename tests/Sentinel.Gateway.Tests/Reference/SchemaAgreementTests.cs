using System.Text;
using NJsonSchema;
using Sentinel.Gateway.Cli.Demo;
using Sentinel.Gateway.Tests.Architecture;
using Sentinel.Gateway.Tests.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>An editor that has proxy.schema.json and the reader think alike of the same file.</summary>
public sealed class SchemaAgreementTests
{
    private static readonly (string Name, string Value)[] Variables =
    [
        ("SENTINEL_SESSION_KEYS", new string('a', 64)),
        (DemoConfiguration.SessionKeysVariable, new string('a', 64)),
    ];

    /// <summary>Every proxy.json that the repository hands out.</summary>
    public static TheoryData<string> Files() =>
    [
        .. SourceTree.Files("deploy", "proxy.json").Select(file => file.Path),
        .. SourceTree.Files("deploy", "*.yaml").Where(file => file.Text.Contains("proxy.json: |\n", StringComparison.Ordinal))
            .Select(file => file.Path),
        "proxy.json",
        "demo",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_file_that_the_repository_hands_out_has_no_fault(string file)
    {
        var text = TextOf(file);

        Assert.Equal([], await SchemaFaultsAsync(text));
        Assert.Equal([], (await Reading.ReadAsync(text, Variables)).Faults.Select(fault => fault.ToString()));
    }

    [Fact]
    public void Where_files_are_handed_out_is_known() =>
        Assert.Superset(
            new HashSet<string> { "deploy/compose/config/proxy.json", "deploy/kubernetes/sentinel.yaml", "proxy.json" },
            Files().Select(row => row.Data).ToHashSet());

    [Fact]
    public async Task Examples_in_the_documentation_have_no_fault()
    {
        var pages = SourceTree.Files("docs", "*.md")
            .Append(("README.md", await File.ReadAllTextAsync(
                Path.Combine(SourceTree.Root, "README.md"), TestContext.Current.CancellationToken)));
        var examples = pages.SelectMany(page => PageExamples.Of(page.Item1, page.Item2)).ToList();

        Assert.True(examples.Count >= 8, "The examples were not found.");
        foreach (var (place, text) in examples)
        {
            var faults = await SchemaFaultsAsync(text);
            Assert.True(faults is [], $"{place}: {string.Join(", ", faults)}\n{text}");
        }
    }

    [Theory]
    [InlineData("text for an object", "\"Limits\": \"none\"")]
    [InlineData("list for an object", "\"Limits\": []")]
    [InlineData("null for an object", "\"Limits\": null")]
    [InlineData("key that does not exist", "\"Limit\": {}")]
    [InlineData("key in another case", "\"limits\": {}")]
    [InlineData("key that does not exist, deep", "\"Audit\": { \"Sqlite\": { \"File\": \"a\" } }")]
    [InlineData("number in quotes", "\"Shutdown\": { \"DrainSeconds\": \"30\" }")]
    [InlineData("number that is not whole", "\"Shutdown\": { \"DrainSeconds\": 1.5 }")]
    [InlineData("number below its range", "\"Shutdown\": { \"DrainSeconds\": -1 }")]
    [InlineData("number above its range", "\"Shutdown\": { \"DrainSeconds\": 3601 }")]
    [InlineData("number above its range in a map", "\"Limits\": { \"ToolCallsPerMinute\": { \"PerTool\": { \"a/*\": 1000001 } } }")]
    [InlineData("number below its range in a map", "\"Limits\": { \"ToolCallsPerMinute\": { \"PerTool\": { \"a/*\": 0 } } }")]
    [InlineData("number for true or false", "\"Audit\": { \"Enabled\": 1 }")]
    [InlineData("text for true or false", "\"Audit\": { \"Enabled\": \"true\" }")]
    [InlineData("choice in another case", "\"Audit\": { \"Store\": \"sqlite\" }")]
    [InlineData("choice that does not exist", "\"Rbac\": { \"Mode\": \"Audit\" }")]
    [InlineData("choice by its number", "\"Rbac\": { \"Mode\": 1 }")]
    [InlineData("choice that does not exist in a map", "\"Rbac\": { \"Pinning\": { \"a\": \"On\" } }")]
    [InlineData("text for a list", "\"Rbac\": { \"Disabled\": \"a/*\" }")]
    [InlineData("number for a pattern", "\"Rbac\": { \"Disabled\": [1] }")]
    [InlineData("role that is null", "\"Rbac\": { \"Roles\": { \"r\": null } }")]
    [InlineData("rule that is a number", "\"Rbac\": { \"Roles\": { \"r\": { \"Allow\": [1] } } }")]
    [InlineData("rule that is a list", "\"Rbac\": { \"Roles\": { \"r\": { \"Allow\": [[\"a/*\"]] } } }")]
    [InlineData("rule without its pattern", "\"Rbac\": { \"Roles\": { \"r\": { \"Deny\": [{ \"Shadow\": true }] } } }")]
    [InlineData("rule with an unknown key", "\"Rbac\": { \"Roles\": { \"r\": { \"Allow\": [{ \"Tool\": \"a/b\", \"If\": {} }] } } }")]
    [InlineData(
        "condition with an unknown key",
        "\"Rbac\": { \"Roles\": { \"r\": { \"Allow\": [{ \"Tool\": \"a/b\", \"Arguments\": { \"x\": { \"Not\": 1 } } }] } } }")]
    [InlineData(
        "condition that holds a list of lists",
        "\"Rbac\": { \"Roles\": { \"r\": { \"Allow\": [{ \"Tool\": \"a/b\", \"Arguments\": { \"x\": [[1]] } }] } } }")]
    [InlineData("empty text where one is required", "\"Audit\": { \"Sqlite\": { \"Path\": \" \" } }")]
    [InlineData("URL of another scheme", "\"Management\": { \"Url\": \"https://127.0.0.1:9090\" }")]
    [InlineData("header that is a list", "\"Backends\": { \"a\": { \"Headers\": { \"X-A\": [\"b\"] } } }")]
    [InlineData("token endpoint missing", "\"Backends\": { \"a\": { \"ClientCredentials\": { \"ClientId\": \"a\", \"ClientSecretEnv\": \"B\" } } }")]
    public async Task Both_find_a(string flaw, string member) => await AssertBothRefuseAsync(flaw, Reading.OpenFile(member));

    [Theory]
    [InlineData("key without a name", "{ \"ApiKeys\": [ { \"Sha256\": \"HASH\", \"Roles\": [] } ] }")]
    [InlineData("key with an odd name", "{ \"ApiKeys\": [ { \"Name\": \"a b\", \"Sha256\": \"HASH\" } ] }")]
    [InlineData("key itself in place of its hash", "{ \"ApiKeys\": [ { \"Name\": \"a\", \"Sha256\": \"sk-1234\" } ] }")]
    [InlineData("hash in upper case", "{ \"ApiKeys\": [ { \"Name\": \"a\", \"Sha256\": \"UPPER\" } ] }")]
    [InlineData("time that is none", "{ \"ApiKeys\": [ { \"Name\": \"a\", \"Sha256\": \"HASH\", \"ExpiresAt\": \"soon\" } ] }")]
    [InlineData("issuer without audiences", "{ \"Issuers\": [ { \"Authority\": \"https://idp.example.com\" } ] }")]
    [InlineData("issuer with no audience", "{ \"Issuers\": [ { \"Authority\": \"https://idp.example.com\", \"Audiences\": [] } ] }")]
    [InlineData("issuer that is no URL", "{ \"Issuers\": [ { \"Authority\": \"idp\", \"Audiences\": [\"a\"] } ] }")]
    [InlineData("registration without its id", "{ \"AzureAd\": { \"TenantId\": \"common\" } }")]
    public async Task Both_find_in_authentication_a(string flaw, string section) =>
        await AssertBothRefuseAsync(flaw, Reading.File("\"Authentication\": " + section
            .Replace("HASH", Reading.Hash, StringComparison.Ordinal)
            .Replace("UPPER", Reading.Hash.ToUpperInvariant(), StringComparison.Ordinal)));

    [Theory]
    [InlineData("file without the section", "{ \"ReverseProxy\": PROXY }")]
    [InlineData("file without routes' section", "{ \"Sentinel\": { \"Authentication\": { \"Anonymous\": {} } } }")]
    [InlineData("file without authentication", "{ \"ReverseProxy\": PROXY, \"Sentinel\": {} }")]
    [InlineData("file with a third section", "{ \"ReverseProxy\": PROXY, \"Sentinel\": { \"Authentication\": { \"Anonymous\": {} } }, \"Logging\": {} }")]
    [InlineData("file that is a list", "[]")]
    public async Task Both_find_a_whole(string flaw, string text) =>
        await AssertBothRefuseAsync(flaw, text.Replace("PROXY", Reading.ValidProxy, StringComparison.Ordinal));

    [Theory]
    [InlineData("http://10.0.0.5:3000/?key=1")]
    [InlineData("http://user:secret@10.0.0.5:3000/")]
    [InlineData("ftp://10.0.0.5/")]
    [InlineData("10.0.0.5:3000")]
    public async Task Both_find_a_destination_at(string address) =>
        await AssertBothRefuseAsync(address, Reading.ProxyFile(Reading.ValidProxy.Replace(
            "http://127.0.0.1:3001/", address, StringComparison.Ordinal)));

    [Theory]
    [InlineData("rule as a text", "\"Rbac\": { \"Roles\": { \"r\": { \"Allow\": [\"a/*\"] } } }")]
    [InlineData("rule as an object", "\"Rbac\": { \"Roles\": { \"r\": { \"Deny\": [{ \"Tool\": \"a/b\" }] } } }")]
    [InlineData(
        "condition in each of its forms",
        "\"Rbac\": { \"Roles\": { \"r\": { \"Allow\": [{ \"Tool\": \"a/b\", \"Arguments\": { "
        + "\"a\": 1, \"b\": [\"x\", true, null], \"c\": { \"Min\": 1, \"Max\": 2, \"Required\": null }, \"d\": null } }] } } }")]
    [InlineData("null where absent is meant", "\"Limits\": { \"ConcurrentCalls\": null }, \"Sessions\": { \"KeysEnv\": null }")]
    [InlineData("comment and a trailing comma", "// why\n\"Limits\": { \"ConcurrentCalls\": 1, },")]
    public async Task Neither_refuses_a(string form, string member)
    {
        var text = Reading.OpenFile(member);

        Assert.True(await SchemaFaultsAsync(text) is [], form);
        Assert.Equal([], (await Reading.ReadAsync(text)).Faults.Select(fault => fault.ToString()));
    }

    private static async Task AssertBothRefuseAsync(string flaw, string text)
    {
        Assert.True((await Reading.ReadAsync(text)).Faults is not [], "The reader takes a " + flaw);
        Assert.True(await SchemaFaultsAsync(text) is not [], "The schema takes a " + flaw);
    }

    private static async Task<IReadOnlyList<string>> SchemaFaultsAsync(string text)
    {
        var schema = await JsonSchema.FromJsonAsync(
            await File.ReadAllTextAsync(
                Path.Combine(SourceTree.Root, "proxy.schema.json"), Encoding.UTF8, TestContext.Current.CancellationToken),
            TestContext.Current.CancellationToken);
        return [.. schema.Validate(text).Select(error => $"{error.Path}: {error.Kind}")];
    }

    private static string TextOf(string file)
    {
        if (file == "demo")
        {
            return DemoConfiguration.Write("http://127.0.0.1:3001/", "/tmp/demo/audit.db");
        }

        var text = File.ReadAllText(Path.Combine(SourceTree.Root, file)).ReplaceLineEndings("\n");
        return file.EndsWith(".yaml", StringComparison.Ordinal)
            ? text[(text.IndexOf("proxy.json: |\n", StringComparison.Ordinal) + 14)..].Split("\n---")[0]
            : text;
    }
}
