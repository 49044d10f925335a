using ModelContextProtocol.Server;
using Sentinel.Gateway.Cli.Demo;
using Sentinel.SampleServer;

if (SampleArguments.TryParse(args) is not { } arguments)
{
    await Console.Error.WriteLineAsync(SampleArguments.Usage);
    return 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(arguments.Urls);
// A tool that fails on purpose is no reason for a warning.
builder.Logging.ClearProviders().AddConsole().SetMinimumLevel(LogLevel.Error);

await using var app = builder.Build();
using var calls = new CallLog(TimeProvider.System, arguments.LogPath);
var requests = new RequestLog(TimeProvider.System);

var options = new McpServerOptions
{
    ServerInfo = new() { Name = arguments.Name, Version = "1.0.0" },
    ToolCollection = [.. SampleTools.All()],
};
options.Filters.Request.CallToolFilters.Add(calls.Recording);

app.Use(requests.RecordAsync);
app.MapGet("/_calls", () => calls.Entries);
app.MapGet("/_requests", () => requests.Entries);
// A single JSON body cannot be resumed, so there is nothing to keep.
var events = arguments.Answers is McpAnswers.EventStream ? new EventStore() : null;
McpEndpoint.Map(app, "/mcp", options, arguments.Answers, events);
SseEndpoint.Map(app, options);

await app.StartAsync();
foreach (var url in app.Urls)
{
    await Console.Out.WriteLineAsync($"Listening on {url}");
}

if (arguments.ExitsWithParent)
{
    _ = ParentProcess.StopWhenGoneAsync(app.Lifetime);
}

await app.WaitForShutdownAsync();
return 0;
