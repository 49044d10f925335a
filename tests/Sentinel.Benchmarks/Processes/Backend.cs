using System.Buffers;

namespace Sentinel.Benchmarks.Processes;

/// <summary>The least an MCP server can do: one fixed result under the request's id.</summary>
internal static class Backend
{
    private static readonly byte[] BeforeId = """{"jsonrpc":"2.0","id":"""u8.ToArray();

    private static readonly byte[] AfterId = System.Text.Encoding.UTF8.GetBytes(
        $$$""","result":{"content":[{"type":"text","text":"{{{new string('x', 200)}}}"}],"isError":false}}""");

    public static async Task RunAsync()
    {
        var app = Listener.Builder().Build();
        app.Run(AnswerAsync);
        await Listener.ServeAsync(app);
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var read = await reader.ReadAsync();
        while (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync();
        }

        var response = context.Response;
        response.ContentType = "application/json";
        Write(response, read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray());
        reader.AdvanceTo(read.Buffer.End);
        await response.BodyWriter.FlushAsync();
    }

    private static void Write(HttpResponse response, ReadOnlySpan<byte> body)
    {
        var id = body[(body.IndexOf("\"id\":"u8) + 5)..];
        id = id[..id.IndexOf((byte)',')];
        response.ContentLength = BeforeId.Length + id.Length + AfterId.Length;
        response.BodyWriter.Write(BeforeId);
        response.BodyWriter.Write(id);
        response.BodyWriter.Write(AfterId);
    }
}
