using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Sentinel.Benchmarks.Load;

namespace Sentinel.Benchmarks.Processes;

/// <summary>
/// The least an MCP server can do: a result under the request's id, as JSON or as events, of the size that the call
/// asks for. A GET is answered with a silent stream.
/// </summary>
internal static class Backend
{
    private const int PieceBytes = 64 * 1024;

    // More than stands before the id in any request.
    private const int HeadBytes = 64;

    private static readonly byte[] Filling = Encoding.UTF8.GetBytes(new string('x', PieceBytes));
    private static readonly byte[] AfterId = ",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\""u8.ToArray();
    private static readonly byte[] End = "\"}],\"isError\":false}}"u8.ToArray();
    private static readonly byte[] BeforeId = """{"jsonrpc":"2.0","id":"""u8.ToArray();

    private static readonly byte[] Progress = Encoding.UTF8.GetBytes(
        """data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1,"""
        + $"\"message\":\"{new string('x', 80)}\"}}}}\n\n");

    public static async Task RunAsync()
    {
        var app = Listener.Builder().Build();
        app.Run(AnswerAsync);
        await Listener.ServeAsync(app);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        if (await SilentStream.AnswersAsync(context))
        {
            return;
        }

        var id = await IdAsync(context.Request.BodyReader);
        var asked = context.Request.Headers[WantedAnswer.Header];
        var wanted = asked.Count == 0 ? WantedAnswer.Small : WantedAnswer.Parse(asked.ToString());
        await (wanted.Events > 0 ? EventsAsync(context.Response, id, wanted) : JsonAsync(context.Response, id, wanted));
    }

    private static async Task<byte[]> IdAsync(PipeReader body)
    {
        byte[]? id = null;
        while (true)
        {
            var read = await body.ReadAsync();
            if (id is null && (read.Buffer.Length >= HeadBytes || read.IsCompleted))
            {
                id = Id(read.Buffer.Slice(0, Math.Min(read.Buffer.Length, HeadBytes)));
            }

            body.AdvanceTo(id is null ? read.Buffer.Start : read.Buffer.End, read.Buffer.End);
            if (read.IsCompleted)
            {
                return id!;
            }
        }
    }

    private static byte[] Id(in ReadOnlySequence<byte> head)
    {
        var bytes = head.IsSingleSegment ? head.FirstSpan : head.ToArray();
        var id = bytes[(bytes.IndexOf("\"id\":"u8) + 5)..];
        return id[..id.IndexOf((byte)',')].ToArray();
    }

    private static async Task JsonAsync(HttpResponse response, byte[] id, WantedAnswer wanted)
    {
        response.ContentType = "application/json";
        response.ContentLength = BeforeId.Length + id.Length + AfterId.Length + wanted.TextBytes + End.Length;
        response.BodyWriter.Write(BeforeId);
        response.BodyWriter.Write(id);
        response.BodyWriter.Write(AfterId);
        var left = wanted.TextBytes;
        for (; left > PieceBytes; left -= PieceBytes)
        {
            await response.BodyWriter.WriteAsync(Filling);
        }

        response.BodyWriter.Write(Filling.AsSpan(0, (int)left));
        response.BodyWriter.Write(End);
        await response.BodyWriter.FlushAsync();
    }

    // Each event goes out by itself, as servers send them.
    private static async Task EventsAsync(HttpResponse response, byte[] id, WantedAnswer wanted)
    {
        response.ContentType = "text/event-stream";
        for (var i = 1; i < wanted.Events; i++)
        {
            await response.BodyWriter.WriteAsync(Progress);
        }

        response.BodyWriter.Write("data: "u8);
        response.BodyWriter.Write(BeforeId);
        response.BodyWriter.Write(id);
        response.BodyWriter.Write(AfterId);
        response.BodyWriter.Write(Filling.AsSpan(0, (int)Math.Min(wanted.TextBytes, PieceBytes)));
        response.BodyWriter.Write(End);
        response.BodyWriter.Write("\n\n"u8);
        await response.BodyWriter.FlushAsync();
    }
}
