using System.Text;
using Sentinel.Gateway.Configuration;
using Xunit;

namespace Sentinel.Gateway.Tests.Configuration;

/// <summary>Reads configurations that differ from a valid one in a single place.</summary>
internal static class Reading
{
    public const string ValidProxy =
        """
        {
          "Routes": { "a": { "ClusterId": "a", "Match": { "Path": "/a/{**rest}" } } },
          "Clusters": { "a": { "Destinations": { "one": { "Address": "http://127.0.0.1:3001/" } } } }
        }
        """;

    public const string ValidAuthentication = """{ "Anonymous": { "Roles": [] } }""";

    public static readonly string Hash = new('a', 64);

    /// <summary>A whole file with these members of Sentinel, one line each, beginning on line 3.</summary>
    public static string File(params string[] members) =>
        $$"""
        { "ReverseProxy": {{ValidProxy.ReplaceLineEndings(" ")}},
          "Sentinel": {
        {{string.Join(",\n", members)}}
          }
        }
        """;

    /// <summary>The same with open access on line 3, so that further members begin on line 4.</summary>
    public static string OpenFile(params string[] members) =>
        File([$"\"Authentication\": {ValidAuthentication}", .. members]);

    /// <summary>A whole file with this ReverseProxy section, which begins on line 1.</summary>
    public static string ProxyFile(string section) =>
        $$"""{ "ReverseProxy": {{section}}, "Sentinel": { "Authentication": {{ValidAuthentication}} } }""";

    public static Task<ConfigurationResult> ReadAsync(string text, params (string Name, string Value)[] environment) =>
        ReadAsync(Encoding.UTF8.GetBytes(text), environment);

    public static Task<ConfigurationResult> ReadAsync(
        byte[] content,
        params (string Name, string Value)[] environment) =>
        ConfigurationReader.ReadAsync(
            content, environment.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal), 1);

    public static async Task<ConfigurationSnapshot> ReadValidAsync(
        string text,
        params (string Name, string Value)[] environment)
    {
        var result = await ReadAsync(text, environment);
        Assert.Equal([], result.Faults.Select(fault => fault.ToString()));
        return result.Snapshot!;
    }

    /// <summary>Joins a line that ends with a backslash with the next: messages outgrow lines of code.</summary>
    public static string Unwrap(string text) =>
        text.ReplaceLineEndings("\n").Replace("\\\n", "", StringComparison.Ordinal);

    /// <summary>The complete list of faults, one a line, and nothing published.</summary>
    public static async Task AssertFaultsAsync(
        string expected,
        string text,
        params (string Name, string Value)[] environment)
    {
        var result = await ReadAsync(text, environment);

        Assert.Equal(Unwrap(expected), string.Join('\n', result.Faults));
        Assert.Null(result.Snapshot);
    }
}
