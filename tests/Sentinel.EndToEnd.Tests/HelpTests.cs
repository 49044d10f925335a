using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.EndToEnd.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("serve")]
    [InlineData("demo")]
    [InlineData("check")]
    [InlineData("migrate")]
    [InlineData("key")]
    [InlineData("key new")]
    [InlineData("session-key")]
    [InlineData("session-key new")]
    [InlineData("policy")]
    [InlineData("policy explain")]
    [InlineData("policy list")]
    [InlineData("policy approve")]
    [InlineData("policy replay")]
    [InlineData("audit")]
    [InlineData("audit query")]
    [InlineData("audit tail")]
    [InlineData("audit stats")]
    [InlineData("audit export")]
    [InlineData("audit verify")]
    public async Task Every_verb_explains_itself(string verb)
    {
        string[] arguments = verb.Length == 0 ? ["--help"] : [.. verb.Split(' '), "--help"];

        var (exitCode, output) = await Cli.RunAsync(arguments);

        Assert.Equal(0, exitCode);
        Snapshot.Match(output, parameters: [("verb", verb)]);
    }

    [Fact]
    public async Task An_unknown_verb_ends_with_an_error()
    {
        var (exitCode, output) = await Cli.RunAsync(["sevre"]);

        Assert.Equal(1, exitCode);
        Assert.Contains("sevre", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_that_answers_by_its_exit_code_ends_with_2_where_it_was_asked_wrongly()
    {
        var (exitCode, output) = await Cli.RunAsync(["policy", "replay", "--form", "yesterday"]);

        Assert.Equal(2, exitCode);
        Assert.Contains("--from", output, StringComparison.Ordinal);
    }
}
