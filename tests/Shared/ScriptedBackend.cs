using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Shared;

/// <summary>An HTTP server on the loopback that answers as a test tells it to, and keeps what it received.</summary>
public sealed class ScriptedBackend : IAsyncDisposable
{
    private readonly ConcurrentQueue<ScriptedRequest> _requests = new();
    private readonly ConcurrentDictionary<string, RequestDelegate> _scripts = new(StringComparer.Ordinal);
    private readonly WebApplication _app;
    private bool _isDisposed;

    private ScriptedBackend(RequestDelegate? otherwise)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Whoever gives up on a slow reader, it is not the backend.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.Run(async http =>
        {
            _requests.Enqueue(await ReadAsync(http));
            var script = _scripts.GetValueOrDefault(http.Request.Path) ?? otherwise ?? NotFound;
            await script(http);
        });
    }

    /// <summary>Its origin, with a slash at the end.</summary>
    public Uri Url => new(_app.Urls.Single() + "/");

    /// <summary>Every request received, oldest first.</summary>
    public IReadOnlyList<ScriptedRequest> Requests => [.. _requests];

    /// <summary>Starts it; <paramref name="otherwise"/> answers what no script was given for, 404 if absent.</summary>
    public static async Task<ScriptedBackend> StartAsync(RequestDelegate? otherwise = null)
    {
        var backend = new ScriptedBackend(otherwise);
        await backend._app.StartAsync();
        return backend;
    }

    /// <summary>Answers requests of that path so. The body has been read and can be read again.</summary>
    public void On(string path, RequestDelegate answer) => _scripts[path] = answer;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        // At once, rather than after the answers that a test left open.
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private static async Task<ScriptedRequest> ReadAsync(HttpContext http)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;
        http.Request.Body = body;
        return new ScriptedRequest(
            http.Request.Method,
            http.Request.GetEncodedPathAndQuery(),
            new HeaderDictionary(http.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)),
            body.ToArray()
        );
    }

    private static Task NotFound(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}

/// <summary>One request as the backend received it.</summary>
public sealed record ScriptedRequest(string Method, string Path, IHeaderDictionary Headers, byte[] Body)
{
    public string BodySha256 => Convert.ToHexStringLower(SHA256.HashData(Body));
}
