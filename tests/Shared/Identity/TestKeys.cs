using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sentinel.Tests.Shared.Identity;

/// <summary>The keys of an issuer, of which the newest signs; and the switch for outages.</summary>
public sealed class TestKeys(TestKey first) : IDisposable
{
    private readonly List<TestKey> _all = [first];
    private volatile TestKey[] _published = [first];
    private volatile TestKey _current = first;

    /// <summary>What signs now.</summary>
    public TestKey Current => _current;

    /// <summary>What the issuer's document lists now.</summary>
    public IReadOnlyList<TestKey> Published
    {
        get => _published;
        set => _published = [.. value];
    }

    /// <summary>Answers instead of the documents while set: an outage of whatever kind.</summary>
    public RequestDelegate? Instead { get; set; }

    /// <summary>Whether connections are cut without an answer.</summary>
    public bool IsDown
    {
        get => Instead is not null;
        set => Instead = value ? Cut : null;
    }

    /// <summary>A new key signs from now on.</summary>
    /// <param name="key">The key; another RSA key where absent.</param>
    /// <param name="keepsOld">Whether the keys before stay published.</param>
    public TestKey Rotate(TestKey? key = null, bool keepsOld = true)
    {
        key ??= TestKey.Rsa();
        _all.Add(key);
        _published = keepsOld ? [.. _published, key] : [key];
        _current = key;
        return key;
    }

    /// <summary>The key set document.</summary>
    /// <param name="issuer">What each key names as its issuer, as Entra ID's do.</param>
    public JsonObject ToJwks(string? issuer = null)
    {
        var keys = new JsonArray();
        foreach (var key in _published)
        {
            var jwk = key.ToJwk();
            if (issuer is not null)
            {
                jwk["issuer"] = issuer;
            }

            keys.Add(jwk);
        }

        return new JsonObject { ["keys"] = keys };
    }

    internal Task AnswerAsync(HttpContext http, JsonObject document)
    {
        if (Instead is { } instead)
        {
            return instead(http);
        }

        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(document.ToJsonString());
    }

    public void Dispose() => _all.ForEach(key => key.Dispose());

    private static Task Cut(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }
}
