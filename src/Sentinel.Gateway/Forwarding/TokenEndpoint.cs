using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Backends;

namespace Sentinel.Gateway.Forwarding;

/// <summary>Asks an authorization server for a token, by the client credentials grant.</summary>
internal sealed class TokenEndpoint(TimeProvider time) : IDisposable
{
    private const int AnswerBytesMax = 256 * 1024;
    private const int TextCharsMax = 200;

    // RFC 6749 leaves the lifetime open; what nothing is said of is renewed often.
    private static readonly TimeSpan AssumedLife = TimeSpan.FromMinutes(5);

    private static readonly SearchValues<char> Visible =
        SearchValues.Create([.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c)]);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
    })
    {
        MaxResponseContentBufferSize = AnswerBytesMax,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <exception cref="TokenEndpointException">It answered something else than a token.</exception>
    /// <exception cref="HttpRequestException">It could not be reached, or its answer not be read.</exception>
    /// <exception cref="JsonException">Its answer is no JSON.</exception>
    /// <exception cref="OperationCanceledException">It did not answer in the grant's time.</exception>
    public async Task<AccessToken> RequestAsync(ClientCredentialsGrant grant)
    {
        using var limit = new CancellationTokenSource(grant.Timeout, time);
        using var request = Compose(grant);
        var requestedAt = time.GetTimestamp();
        using var response = await _http.SendAsync(request, limit.Token);
        var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token);
        using var body = Parse(bytes, response.StatusCode);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new TokenEndpointException(
                string.Create(CultureInfo.InvariantCulture, $"it answered {(int)response.StatusCode}")
                + Said(body, ": ", "error") + Said(body, ", ", "error_description"));
        }

        return Read(body, requestedAt);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Compose(ClientCredentialsGrant grant)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "client_credentials" };
        Add("scope", grant.Scope);
        Add("resource", grant.Resource);
        Add("audience", grant.Audience);
        var request = new HttpRequestMessage(HttpMethod.Post, grant.TokenUrl);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (grant.ClientAuthentication == ClientAuthentication.Post)
        {
            Add("client_id", grant.ClientId);
            Add("client_secret", grant.ClientSecret);
        }
        else
        {
            // RFC 6749, section 2.3.1: both are form-encoded before they are joined.
            var pair = $"{WebUtility.UrlEncode(grant.ClientId)}:{WebUtility.UrlEncode(grant.ClientSecret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        }

        request.Content = new FormUrlEncodedContent(form);
        return request;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                form[name] = value;
            }
        }
    }

    private static JsonDocument Parse(byte[] bytes, HttpStatusCode status)
    {
        try
        {
            var body = JsonDocument.Parse(bytes);
            if (body.RootElement.ValueKind == JsonValueKind.Object)
            {
                return body;
            }

            body.Dispose();
        }
        catch (JsonException)
        {
            // Said below: what stands there instead is no business of the log's.
        }

        throw new TokenEndpointException(
            string.Create(CultureInfo.InvariantCulture, $"it answered {(int)status} without a JSON object"));
    }

    private static AccessToken Read(JsonDocument body, long requestedAt)
    {
        var token = Text(body, "access_token");
        if (token is not { Length: > 0 } || token.AsSpan().ContainsAnyExcept(Visible))
        {
            throw new TokenEndpointException("its answer has no access_token that a header can carry");
        }

        var type = Text(body, "token_type");
        if (type is not null && !type.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            throw new TokenEndpointException(
                "it gave a token of another type than Bearer" + Said(body, ": ", "token_type"));
        }

        return new AccessToken($"Bearer {token}", requestedAt, Life(body));
    }

    // Some servers write the number as a text.
    private static TimeSpan Life(JsonDocument body)
    {
        const double SecondsMax = 30 * 86400;
        if (!body.RootElement.TryGetProperty("expires_in", out var value))
        {
            return AssumedLife;
        }

        var text = value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? value.ToString() : null;
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && double.IsFinite(seconds)
                ? TimeSpan.FromSeconds(Math.Clamp(seconds, 1, SecondsMax))
                : AssumedLife;
    }

    private static string? Text(JsonDocument body, string name) =>
        body.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Said(JsonDocument body, string before, string name) =>
        Text(body, name) is { Length: > 0 } text
            ? before + (text.Length > TextCharsMax ? text[..TextCharsMax] + "…" : text)
            : "";
}

/// <summary>A token endpoint answered something else than a token; the message says what.</summary>
internal sealed class TokenEndpointException(string message) : Exception(message);
