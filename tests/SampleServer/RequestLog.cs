using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.Extensions;

namespace Sentinel.SampleServer;

/// <summary>One HTTP request as it arrived, before anything acted on it.</summary>
internal sealed record ReceivedRequest(
    DateTimeOffset Time,
    string Method,
    string Path,
    IReadOnlyDictionary<string, string[]> Headers,
    int BodyBytes,
    string BodySha256
);

/// <summary>Keeps every request received, so that a test can prove what did not arrive.</summary>
internal sealed class RequestLog(TimeProvider time)
{
    public const string Item = "sample.request";

    /// <summary>A task that ends with the answer to the request.</summary>
    public const string Answered = "sample.answered";

    private readonly Recent<ReceivedRequest> _requests = new();

    public IReadOnlyList<ReceivedRequest> Entries => _requests.ToArray();

    public async Task RecordAsync(HttpContext http, RequestDelegate next)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        http.Items[Answered] = answered.Task;

        // Everything but the questions that tests ask.
        if (http.Request.Path.Value is not ("/_calls" or "/_requests"))
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            body.Position = 0;
            http.Request.Body = body;

            var received = Describe(http.Request, body);
            _requests.Add(received);
            http.Items[Item] = received;
        }

        try
        {
            await next(http);
        }
        finally
        {
            answered.SetResult();
        }
    }

    private ReceivedRequest Describe(HttpRequest request, MemoryStream body) =>
        new(
            time.GetUtcNow(),
            request.Method,
            request.GetEncodedPathAndQuery(),
            request.Headers.ToDictionary(header => header.Key, header => header.Value.OfType<string>().ToArray()),
            (int)body.Length,
            Convert.ToHexStringLower(SHA256.HashData(body.GetBuffer().AsSpan(0, (int)body.Length)))
        );
}
