using System.Text.RegularExpressions;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests.Dashboard;

/// <summary>The page as it is checked in: what its sources make, and nothing that turns text into markup.</summary>
public sealed partial class DashboardBundleTests
{
    private static readonly string Root = Artifacts.Source("dashboard");

    [Fact]
    public async Task Is_what_its_sources_make_byte_for_byte()
    {
        Requires.DashboardPackages();
        using var folder = new TemporaryFolder();
        var made = folder.File("dist");

        await RunAsync("build.mjs", made);

        Assert.Equal(FilesOf(Path.Combine(Root, "dist")), FilesOf(made));
        foreach (var file in FilesOf(made))
        {
            Assert.True(
                File.ReadAllBytes(Path.Combine(made, file)).AsSpan()
                    .SequenceEqual(File.ReadAllBytes(Path.Combine(Root, "dist", file))),
                $"dashboard/dist/{file} is not what dashboard/src makes: npm run build --prefix dashboard.");
        }
    }

    [Fact]
    public async Task Has_no_fault_of_types()
    {
        Requires.DashboardPackages();

        await RunAsync("node_modules/typescript/bin/tsc", "--noEmit");
    }

    [Fact]
    public void Has_nothing_that_turns_text_into_markup_or_code()
    {
        var files = FilesOf(Path.Combine(Root, "dist")).Select(file => Path.Combine(Root, "dist", file))
            .Concat(Directory.GetFiles(Path.Combine(Root, "src"), "*.ts", SearchOption.AllDirectories));

        Assert.Empty(files.SelectMany(file => Dangers().Matches(File.ReadAllText(file)).Select(m => $"{file}: {m.Value}")));
    }

    [Theory]
    [InlineData("e.innerHTML=t")]
    [InlineData("e[\"outerHTML\"]")]
    [InlineData("e.insertAdjacentHTML('beforeend',t)")]
    [InlineData("document.write(t)")]
    [InlineData("eval(t)")]
    [InlineData("new Function(t)")]
    [InlineData("new DOMParser")]
    [InlineData("r.createContextualFragment(t)")]
    [InlineData("setTimeout(\"t\")")]
    public void What_turns_text_into_markup_or_code_would_be_found(string code) => Assert.Matches(Dangers(), code);

    [Fact]
    public void Names_no_other_place_and_has_no_style_or_script_within_its_markup()
    {
        var text = string.Concat(FilesOf(Path.Combine(Root, "dist"))
            .Select(file => File.ReadAllText(Path.Combine(Root, "dist", file))));
        var index = File.ReadAllText(Path.Combine(Root, "dist", "index.html"));

        Assert.Equal(["http://www.w3.org/2000/svg"], Addresses().Matches(text).Select(m => m.Value).Distinct());
        Assert.DoesNotMatch(Inline(), index);
        Assert.Matches(Inline(), "<p style=\"color:red\">");
    }

    private static IReadOnlyList<string> FilesOf(string folder) =>
        [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static async Task RunAsync(params string[] arguments)
    {
        await using var process = ChildProcess.Start("node", arguments, workingDirectory: Root);
        Assert.True(await process.WaitForExitAsync() == 0, process.Output);
    }

    [GeneratedRegex(
        @"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|DOMParser|createContextualFragment|srcdoc"
        + @"|set(?:Timeout|Interval)\([""'`]",
        RegexOptions.None,
        10_000)]
    private static partial Regex Dangers();

    [GeneratedRegex(@"\b(?:https?|wss?)://[^\s""'`)<>]+", RegexOptions.None, 10_000)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"\sstyle=|<style|<script(?![^>]*\ssrc=)|\son\w+=", RegexOptions.None, 10_000)]
    private static partial Regex Inline();
}
