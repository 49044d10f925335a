using System.Text.RegularExpressions;
using Xunit;

namespace Sentinel.Gateway.Tests.Architecture;

/// <summary>Imports point only downward, and no stage knows another.</summary>
public sealed partial class ImportDirectionTests
{
    // The house, from roof to cellar, as docs/architecture.md draws it.
    private static readonly string[] Rooms =
    [
        "Cli", "Hosting",
        "Authentication", "Sessions", "Inspection", "Authorization", "Forwarding", "Recording", "Management",
        "Records",
        "Configuration", "Exchange", "Rbac", "Mcp",
    ];

    private static readonly int FirstStage = Array.IndexOf(Rooms, "Authentication");
    private static readonly int LastStage = Array.IndexOf(Rooms, "Management");

    [Fact]
    public void The_gateway_imports_only_downward()
    {
        var files = SourceTree.CSharp("src/Sentinel.Gateway").ToList();

        Assert.True(files.Count > 50, "The source files were not found.");
        Assert.Empty(files.SelectMany(file => Violations(file.Path, file.Text)));
    }

    [Theory]
    [InlineData("Mcp", "using Sentinel.Gateway.Rbac;")]
    [InlineData("Mcp", "using Sentinel.Gateway.Exchange;")]
    [InlineData("Mcp", "global using Sentinel.Gateway.Exchange;")]
    [InlineData("Mcp", "using static Sentinel.Gateway.Rbac.Decision;")]
    [InlineData("Mcp", "using Policy = Sentinel.Gateway.Rbac.AccessPolicy;")]
    [InlineData("Mcp", "internal sealed class X(Sentinel.Gateway.Rbac.AccessPolicy policy);")]
    [InlineData("Mcp", "internal sealed class X(Rbac.AccessPolicy policy);")]
    [InlineData("Mcp/Deep", "using Sentinel.Gateway.Rbac;")]
    [InlineData("Rbac", "using Sentinel.Gateway.Configuration;")]
    [InlineData("Exchange", "using Sentinel.Gateway.Configuration.Options;")]
    [InlineData("Configuration/Json", "using Sentinel.Gateway.Hosting;")]
    [InlineData("Recording", "using Sentinel.Gateway.Authorization;")]
    [InlineData("Authentication", "using Sentinel.Gateway.Inspection;")]
    [InlineData("Management", "using Sentinel.Gateway.Authentication;")]
    [InlineData("Hosting", "using Sentinel.Gateway.Cli;")]
    [InlineData("Unheard", "")]
    [InlineData("Mcp", "", "Sentinel.Gateway.Rbac")]
    public void A_file_that_breaks_the_rule_is_found(string folder, string line, string? @namespace = null)
    {
        @namespace ??= $"Sentinel.Gateway.{folder.Replace('/', '.')}";

        Assert.Single(Violations($"src/Sentinel.Gateway/{folder}/X.cs", $"namespace {@namespace};\n{line}\n"));
    }

    [Theory]
    [InlineData("Cli", "using Sentinel.Gateway.Mcp;")]
    [InlineData("Hosting", "using Sentinel.Gateway.Authentication;")]
    [InlineData("Recording", "using Sentinel.Gateway.Exchange;")]
    [InlineData("Rbac", "using Sentinel.Gateway.Rbac.Patterns;")]
    [InlineData("Mcp", "using System.Text;")]
    [InlineData("Mcp", "// Sentinel.Gateway.Rbac is above.")]
    public void A_file_that_keeps_it_is_not(string folder, string line) =>
        Assert.Empty(Violations($"src/Sentinel.Gateway/{folder}/X.cs", $"namespace Sentinel.Gateway.{folder};\n{line}\n"));

    [Fact]
    public void The_program_only_hands_over_to_the_verbs() =>
        Assert.True(File.ReadAllLines(Path.Combine(SourceTree.Root, "src/Sentinel.Gateway/Program.cs")).Length < 30);

    [Fact]
    public void The_audit_plugin_knows_neither_the_web_nor_the_gateway()
    {
        Assert.DoesNotContain(
            typeof(Audit.AuditEntry).Assembly.GetReferencedAssemblies(),
            name => IsForbiddenToAudit(name.Name!));
        var (_, project) = Assert.Single(SourceTree.Files("src/Sentinel.Audit", "*.csproj"));
        Assert.Contains("Sdk=\"Microsoft.NET.Sdk\"", project, StringComparison.Ordinal);
        Assert.DoesNotContain("FrameworkReference", project, StringComparison.Ordinal);
        Assert.DoesNotContain("ProjectReference", project, StringComparison.Ordinal);
        Assert.DoesNotContain("AspNetCore", project, StringComparison.Ordinal);
        Assert.Empty(SourceTree.CSharp("src/Sentinel.Audit")
            .Where(file => Mentions().IsMatch(file.Text) || file.Text.Contains("AspNetCore", StringComparison.Ordinal))
            .Select(file => file.Path));
    }

    private static bool IsForbiddenToAudit(string assembly) =>
        assembly.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
        || assembly.StartsWith("Yarp", StringComparison.Ordinal)
        || assembly is "sentinel" or "Sentinel.Gateway";

    private static IEnumerable<string> Violations(string path, string text)
    {
        var parts = path.Split('/');
        if (parts.Length == 3)
        {
            yield break;
        }

        var room = parts[2];
        var from = Array.IndexOf(Rooms, room);
        if (from < 0)
        {
            yield return $"{path}: {room} is no room of the house";
            yield break;
        }

        var expected = $"Sentinel.Gateway.{string.Join('.', parts[2..^1])}";
        var @namespace = Namespace().Match(text).Groups["name"].Value;
        var isInRoom = $"{@namespace}.".StartsWith($"Sentinel.Gateway.{room}.", StringComparison.Ordinal);
        if (!isInRoom || !$"{expected}.".StartsWith($"{@namespace}.", StringComparison.Ordinal))
        {
            yield return $"{path}: namespace {@namespace} instead of {expected}";
        }

        var code = Comment().Replace(Namespace().Replace(text, ""), "");
        foreach (var to in Mentions().Matches(code).Select(m => m.Groups["name"].Value).Distinct(StringComparer.Ordinal))
        {
            if (to != room && !MayImport(from, Array.IndexOf(Rooms, to)))
            {
                yield return $"{path}: {room} imports {to}";
            }
        }
    }

    private static bool MayImport(int from, int to) => to > from && !(IsStage(from) && IsStage(to));

    private static bool IsStage(int room) => room >= FirstStage && room <= LastStage;

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline, 10_000)]
    private static partial Regex Namespace();

    // By full name, or by the short one that the namespaces around a file allow.
    [GeneratedRegex(@"(?:Sentinel\.Gateway\.|(?<![\w.""])(?=Rbac\.\w))(?<name>\w+)", RegexOptions.None, 10_000)]
    private static partial Regex Mentions();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline, 10_000)]
    private static partial Regex Comment();
}
