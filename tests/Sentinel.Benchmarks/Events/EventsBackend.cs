using System.Globalization;
using System.Text;
using Sentinel.Benchmarks.Processes;

namespace Sentinel.Benchmarks.Events;

/// <summary>
/// An MCP server that answers a call with paced events, each with the moment it was sent, and a GET with silence.
/// </summary>
internal static class EventsBackend
{
    /// <summary>What stands before the moment in an event: a timestamp of the clock that all processes share.</summary>
    public const string BeforeMoment = "\"at\":\"";

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);
    private static readonly string Filling = new('x', 100);

    public static async Task RunAsync(int events)
    {
        var app = Listener.Builder().Build();
        app.Run(context => AnswerAsync(context, events));
        await Listener.ServeAsync(app);
    }

    private static async Task AnswerAsync(HttpContext context, int events)
    {
        if (await SilentStream.AnswersAsync(context))
        {
            return;
        }

        context.Response.ContentType = "text/event-stream";
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        using var pace = new PeriodicTimer(Pace);
        for (var i = 0; i < events; i++)
        {
            await pace.WaitForNextTickAsync(context.RequestAborted);
            await context.Response.Body.WriteAsync(Event(), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        await context.Response.WriteAsync(
            "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}\n\n", context.RequestAborted);
    }

    private static byte[] Event() => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{{\"progressToken\":1,"
        + $"{BeforeMoment}{TimeProvider.System.GetTimestamp()}\",\"message\":\"{Filling}\"}}}}\n\n"));
}
