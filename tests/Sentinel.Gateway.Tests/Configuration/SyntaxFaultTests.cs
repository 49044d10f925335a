using System.Text;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

public sealed class SyntaxFaultTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t ")]
    [InlineData("\uFEFF")]
    public async Task An_empty_file_is_refused(string text) =>
        await Reading.AssertFaultsAsync("$: the file is empty; write ReverseProxy and Sentinel sections", text);

    [Theory]
    [InlineData("[]", "$ (line 1): the file holds a list; write an object: { \"ReverseProxy\": …, … }")]
    [InlineData("3", "$ (line 1): the file holds a number; write an object: { \"ReverseProxy\": …, … }")]
    [InlineData("\n\nnull", "$ (line 3): the file holds null; write an object: { \"ReverseProxy\": …, … }")]
    public async Task A_root_that_is_no_object_is_refused(string text, string expected) =>
        await Reading.AssertFaultsAsync(expected, text);

    [Fact]
    public async Task A_comment_alone_is_refused()
    {
        var result = await Reading.ReadAsync("// nothing here");

        Assert.StartsWith("$ (line 1, column ", Assert.Single(result.Faults).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "{ \"Sentinel\": {\n  \"Audit\": { \"Store\" \"Auto\" } } }",
        "$.Sentinel.Audit (line 2, column 22): this is not JSON: '\"' is invalid after a property name. "
            + "Expected a ':'")]
    [InlineData(
        "{ \"é\": 1 } x",
        "$ (line 1, column 12): this is not JSON: 'x' is invalid after a single JSON value. Expected end of data")]
    [InlineData(
        "{ \"a\": [1, 2 3] }",
        "$.a[1] (line 1, column 14): this is not JSON: '3' is invalid after a value. Expected either ',', '}', or ']'")]
    [InlineData(
        "{ 'a': 1 }",
        "$ (line 1, column 3): this is not JSON: ''' is an invalid start of a property name. Expected a '\"'")]
    public async Task A_syntax_error_is_one_fault_with_line_and_column(string text, string expected) =>
        await Reading.AssertFaultsAsync(expected, text);

    [Fact]
    public async Task An_unquoted_secret_is_not_repeated()
    {
        var result = await Reading.ReadAsync("""{ "Token": trueHunter2, "x": falsHunter2 }""");

        Assert.DoesNotContain("Hunter2", Assert.Single(result.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_deeper_than_64_is_refused()
    {
        var text = "{\"a\":" + new string('[', 70) + new string(']', 70) + "}";

        var result = await Reading.ReadAsync(text);

        Assert.Contains("depth of 64", Assert.Single(result.Faults).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n\"a\": \"", 2)]
    [InlineData("", 1)]
    [InlineData("{ \"päth\": 1,\n\n  \"b\": \"", 3)]
    public async Task Bytes_that_are_no_utf8_are_refused_with_their_line(string before, int line)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes(before), 0xC3, 0x28, .. "\" }"u8];

        var result = await Reading.ReadAsync(content);

        Assert.Equal(
            $"$ (line {line}): the file is not valid UTF-8 from here on; save it as UTF-8",
            Assert.Single(result.Faults).ToString());
    }

    [Fact]
    public async Task A_file_in_utf16_is_refused()
    {
        byte[] content = [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Reading.OpenFile())];

        var result = await Reading.ReadAsync(content);

        Assert.Contains("not valid UTF-8", Assert.Single(result.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_is_refused() =>
        await Reading.AssertFaultsAsync(
            """
            $.Sentinel.Management.Url (line 4): a \u escape is half of a surrogate pair; write both halves or the \
            character itself
            $.Sentinel.Management.Url (line 4): Url is empty; write an absolute http URL with a port and nothing \
            after it, for example http://127.0.0.1:9090
            """,
            Reading.OpenFile("""  "Management": { "Url": "\ud800" }"""));

    [Fact]
    public async Task A_key_written_twice_is_refused_and_read_once() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Limits (line 5): the key is written twice, first on line 4; remove one",
            Reading.OpenFile("""  "Limits": {}""", """  "Limits": { "Nonsense": 1 }"""));

    [Fact]
    public async Task A_key_written_twice_is_seen_through_its_escapes() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Limits (line 5): the key is written twice, first on line 4; remove one",
            Reading.OpenFile("""  "Limits": {}""", """  "L\u0069mits": {}"""));

    [Fact]
    public async Task Keys_that_differ_only_in_case_are_refused_where_any_key_goes() =>
        await Reading.AssertFaultsAsync(
            "$.Sentinel.Rbac.Roles.Admin (line 6): the key differs only in case from 'admin' on line 5; remove one",
            Reading.OpenFile("  \"Rbac\": { \"Roles\": {\n    \"admin\": {},\n    \"Admin\": {} } }"));

    [Fact]
    public async Task Keys_that_differ_only_in_case_are_refused_in_YARPs_section()
    {
        var section = Reading.ValidProxy.Replace(
            "\"Match\"", "\"clusterId\": \"a\", \"Match\"", StringComparison.Ordinal);

        await Reading.AssertFaultsAsync(
            "$.ReverseProxy.Routes.a.clusterId (line 2): the key differs only in case from 'ClusterId' on line 2; "
                + "remove one",
            Reading.ProxyFile(section));
    }

    [Fact]
    public async Task A_byte_order_mark_comments_and_trailing_commas_are_allowed()
    {
        var text = "\uFEFF// first\n" + Reading.OpenFile("  \"Limits\": { /* none */ },");

        var snapshot = await Reading.ReadValidAsync(text);

        Assert.Equal(4194304, snapshot.Sentinel.Limits.MaxRequestBodyBytes);
    }

    [Fact]
    public async Task The_schema_key_is_allowed()
    {
        var text = Reading.OpenFile().Insert(1, "\"$schema\": \"./proxy.schema.json\",");

        Assert.NotNull(await Reading.ReadValidAsync(text));
    }

    [Fact]
    public async Task Other_keys_at_the_root_are_refused() =>
        await Reading.AssertFaultsAsync(
            """
            $.sentinal (line 1): unknown key 'sentinal'; did you mean 'Sentinel'?
            $.Logging (line 1): unknown key 'Logging'; known here: $schema, ReverseProxy, Sentinel
            """,
            Reading.OpenFile().Insert(1, "\"sentinal\": {}, \"Logging\": {},"));

    [Fact]
    public async Task The_root_keys_are_case_sensitive()
    {
        var result = await Reading.ReadAsync(
            Reading.OpenFile().Replace("\"Sentinel\"", "\"sentinel\"", StringComparison.Ordinal));

        Assert.Equal(
            [
                "$.Sentinel.Authentication (line 1): Sentinel refuses to serve without authentication; "
                    + "write AzureAd, Issuers or ApiKeys, or Anonymous to allow open access",
                "$.sentinel (line 2): unknown key 'sentinel'; keys are case-sensitive: write 'Sentinel'",
            ],
            result.Faults.Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("plain_name-1", "$.Sentinel.Rbac.Roles.plain_name-1.Nope")]
    [InlineData("a b", "$.Sentinel.Rbac.Roles[\"a b\"].Nope")]
    [InlineData("a.b", "$.Sentinel.Rbac.Roles[\"a.b\"].Nope")]
    [InlineData("1", "$.Sentinel.Rbac.Roles[\"1\"].Nope")]
    [InlineData("", "$.Sentinel.Rbac.Roles[\"\"].Nope")]
    [InlineData("q\\\"q", "$.Sentinel.Rbac.Roles[\"q\\\"q\"].Nope")]
    [InlineData("ü", "$.Sentinel.Rbac.Roles[\"ü\"].Nope")]
    public async Task A_path_quotes_keys_that_are_not_plain(string role, string expected)
    {
        var result = await Reading.ReadAsync(
            Reading.OpenFile($$"""  "Rbac": { "Roles": { "{{role}}": { "Nope": 1 } } }"""));

        Assert.Contains(expected, result.Faults.Select(fault => fault.Path), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_one_line_whatever_it_quotes()
    {
        var result = await Reading.ReadAsync(
            Reading.OpenFile("""  "Audit": { "Store": "x\nINFO all is well\u2028\u202e" }"""));

        Assert.Equal(
            @"$.Sentinel.Audit.Store (line 4): 'x\u000aINFO all is well\u2028\u202e' is not allowed here; "
                + "write one of Auto, Postgres, Sqlite",
            Assert.Single(result.Faults).ToString());
    }

    [Fact]
    public async Task No_cut_of_a_valid_file_is_valid_or_throws()
    {
        var whole = Encoding.UTF8.GetBytes(Reading.OpenFile("  \"Limits\": { \"MaxRequestBodyBytes\": 2048 }"));

        for (var length = 0; length < whole.Length; length++)
        {
            var result = await Reading.ReadAsync(whole[..length]);

            Assert.True(result.Snapshot is null && result.Faults.Count > 0, $"cut at {length}");
        }
    }
}
