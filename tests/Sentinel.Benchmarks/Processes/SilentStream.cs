namespace Sentinel.Benchmarks.Processes;

/// <summary>What the backends do with what is no call: DELETE opens a session, GET a stream that is silent.</summary>
internal static class SilentStream
{
    /// <returns>Whether the request was one of those, and is answered.</returns>
    public static async ValueTask<bool> AnswersAsync(HttpContext context)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsPost(method))
        {
            return false;
        }

        if (HttpMethods.IsDelete(method))
        {
            // Not what a server says to DELETE: here it opens a session, for streams that need one.
            context.Response.Headers["Mcp-Session-Id"] = "of-the-benchmark";
            return true;
        }

        // Bare YARP holds the headers of a stream back until its first byte.
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(": open\n\n", context.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }
}
