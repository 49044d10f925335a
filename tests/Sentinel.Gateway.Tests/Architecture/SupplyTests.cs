using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Sentinel.Gateway.Tests.Architecture;

/// <summary>What is built today is what was looked at when it was chosen.</summary>
public sealed partial class SupplyTests
{
    [Fact]
    public void Every_project_locks_its_packages_with_their_hashes()
    {
        var projects = SourceTree.Files("src", "*.csproj").Concat(SourceTree.Files("tests", "*.csproj")).ToList();

        Assert.True(projects.Count >= 7, "The projects were not found.");
        Assert.All(projects, project =>
        {
            var packages = PackagesOf(Path.Combine(Path.GetDirectoryName(project.Path)!, "packages.lock.json"));
            Assert.NotEmpty(packages);
            Assert.All(packages, package => Assert.True(package.HasHash, $"{project.Path}: {package.Name} has no hash."));
        });
    }

    [Fact]
    public void The_gate_restores_what_is_locked_and_runs_no_script_of_a_package()
    {
        var gate = Read(".ci/run");
        var properties = Read("Directory.Build.props");

        Assert.Contains("dotnet restore --locked-mode", gate, StringComparison.Ordinal);
        Assert.Contains("<RestorePackagesWithLockFile>true<", properties, StringComparison.Ordinal);
        Assert.All(NpmInstall().Matches(gate), match =>
            Assert.Matches(@"^[ \t]*npm ci .*--ignore-scripts", match.Value));
    }

    [Fact]
    public void Tools_and_packages_have_one_version_each()
    {
        var versions = XDocument.Parse(Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => (Name: package.Attribute("Include")!.Value, Version: package.Attribute("Version")!.Value))
            .ToList();
        using var tools = JsonDocument.Parse(Read(".config/dotnet-tools.json"));
        var pinned = tools.RootElement.GetProperty("tools").EnumerateObject()
            .Select(tool => (tool.Name, Version: tool.Value.GetProperty("version").GetString()!));

        Assert.True(versions.Count > 20, "The versions were not found.");
        Assert.All(versions.Concat(pinned), package => Assert.Matches(ExactVersion(), package.Version));
        Assert.DoesNotContain(
            SourceTree.Files("src", "*.csproj").Concat(SourceTree.Files("tests", "*.csproj")),
            project => project.Text.Contains("Version=\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.2.3", true)]
    [InlineData("1.2.3-preview.4", true)]
    [InlineData("1.2.*", false)]
    [InlineData("[1.2.3,2.0.0)", false)]
    public void A_range_is_no_version(string version, bool isExact) =>
        Assert.Equal(isExact, ExactVersion().IsMatch(version));

    private static List<(string Name, bool HasHash)> PackagesOf(string path)
    {
        using var document = JsonDocument.Parse(Read(path));
        return
        [
            .. document.RootElement.GetProperty("dependencies").EnumerateObject()
                .SelectMany(framework => framework.Value.EnumerateObject())
                .Where(package => package.Value.GetProperty("type").GetString() != "Project")
                .Select(package => (
                    package.Name,
                    package.Value.TryGetProperty("contentHash", out var hash) && hash.GetString()!.Length > 40)),
        ];
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(SourceTree.Root, path));

    [GeneratedRegex(@"^[ \t]*npm (?:ci|i|install)\b.*$", RegexOptions.Multiline, 1000)]
    private static partial Regex NpmInstall();

    [GeneratedRegex(@"\A\d+(?:\.\d+){1,3}(?:-[0-9A-Za-z.-]+)?\z", RegexOptions.None, 1000)]
    private static partial Regex ExactVersion();
}
