using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Sentinel.Gateway.Cli.Demo;

/// <summary>The small MCP server that the tour talks to: a notebook in memory, on a port of its own.</summary>
internal static class DemoServer
{
    public static async Task<WebApplication> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var options = new McpServerOptions
        {
            ServerInfo = new() { Name = "notes", Version = "1.0.0" },
            ToolCollection =
            [
                McpServerTool.Create(SearchNotes, new() { Name = "search_notes" }),
                McpServerTool.Create(DeleteNote, new() { Name = "delete_note" }),
                McpServerTool.Create(PrintNote, new() { Name = "print_note" }),
            ],
        };
        McpEndpoint.Map(app, "/mcp", options, McpAnswers.EventStream);
        await app.StartAsync(cancellationToken);
        return app;
    }

    [Description("Finds notes by a word.")]
    private static string SearchNotes(string word) => $"1 note about {word}: 'Ask the auditors what they need.'";

    [Description("Deletes a note for ever.")]
    private static string DeleteNote(int id) => $"Note {id} is gone.";

    [Description("Prints a note; there is no printer, so this fails.")]
    private static CallToolResult PrintNote(int id) =>
        new() { IsError = true, Content = [new TextContentBlock { Text = $"No printer for note {id}." }] };
}
