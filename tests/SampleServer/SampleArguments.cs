using Sentinel.Gateway.Cli.Demo;

namespace Sentinel.SampleServer;

/// <summary>What the command line says.</summary>
internal sealed record SampleArguments
{
    public const string Usage =
        "SampleServer [--urls http://127.0.0.1:0] [--answers sse|json] [--name NAME] [--log FILE] "
        + "[--exit-with-parent]";

    public string Urls { get; init; } = "http://127.0.0.1:0";

    public McpAnswers Answers { get; init; } = McpAnswers.EventStream;

    /// <summary>What it says its name is, for tests that must know which server they reached.</summary>
    public string Name { get; init; } = "sentinel-sample";

    public string? LogPath { get; init; }

    /// <summary>End when stdin closes, as it does when the process that started us is gone.</summary>
    public bool ExitsWithParent { get; init; }

    public static SampleArguments? TryParse(ReadOnlySpan<string> arguments) => new SampleArguments().And(arguments);

    private SampleArguments? And(ReadOnlySpan<string> arguments) =>
        arguments switch
        {
            [] => this,
            ["--urls", var urls, .. var rest] => (this with { Urls = urls }).And(rest),
            ["--answers", "sse", .. var rest] => (this with { Answers = McpAnswers.EventStream }).And(rest),
            ["--answers", "json", .. var rest] => (this with { Answers = McpAnswers.Json }).And(rest),
            ["--name", var name, .. var rest] => (this with { Name = name }).And(rest),
            ["--log", var path, .. var rest] => (this with { LogPath = path }).And(rest),
            ["--exit-with-parent", .. var rest] => (this with { ExitsWithParent = true }).And(rest),
            _ => null,
        };
}
