using System.ComponentModel;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Sentinel.SampleServer;

/// <summary>One tool for each thing that can become of a call.</summary>
internal static class SampleTools
{
    public static IEnumerable<McpServerTool> All() =>
        [
            Tool("echo", Echo),
            Tool("add", Add, structured: true),
            Tool("slow", SlowAsync),
            Tool("fail", Fail),
            Tool("throw", Throw),
            Tool("big", Big),
            .. AskingTools.All(),
            .. StreamTools.All(),
        ];

    public static McpServerTool Tool(string name, Delegate method, bool structured = false) =>
        McpServerTool.Create(method, new() { Name = name, UseStructuredContent = structured });

    [Description("Answers with the text it was given.")]
    private static string Echo(string text) => text;

    [Description("Adds two numbers.")]
    private static Sum Add(double a, double b) => new(a + b);

    [Description("Takes its time, and tells how far it is.")]
    private static async Task<string> SlowAsync(
        RequestContext<CallToolRequestParams> request,
        int steps,
        int delayMs,
        CancellationToken cancellationToken
    )
    {
        for (var step = 1; step <= steps; step++)
        {
            if (request.Params.ProgressToken is { } token)
            {
                var progress = new ProgressNotificationValue { Progress = step, Total = steps };
                await request.Server.NotifyProgressAsync(token, progress, cancellationToken: cancellationToken);
            }

            // After the report, because the SDK's client may drop a report that the result follows at once.
            await Task.Delay(delayMs, cancellationToken);
        }

        return $"{steps} steps";
    }

    [Description("Fails the way a tool should: with a result that says so.")]
    private static CallToolResult Fail(string text = "It did not work.") =>
        new() { IsError = true, Content = [new TextContentBlock { Text = text }] };

    [Description("Fails with a JSON-RPC error.")]
    private static string Throw(string text = "Thrown on purpose.") =>
        throw new McpProtocolException(text, McpErrorCode.InternalError);

    [Description("Answers with a text of the given size.")]
    private static string Big(int bytes) =>
        string.Create(bytes, state: 0, (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });

    private sealed record Sum(double Total);
}
