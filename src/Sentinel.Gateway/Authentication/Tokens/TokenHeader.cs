using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Sentinel.Gateway.Exchange;

namespace Sentinel.Gateway.Authentication;

/// <summary>The protected header of a signed token, after everything that can be refused by looking at it.</summary>
/// <param name="Algorithm">One of <see cref="Algorithms"/>.</param>
/// <param name="KeyId">The <c>kid</c>; null where there is none.</param>
internal sealed record TokenHeader(string Algorithm, string? KeyId)
{
    /// <summary>Longest token in characters; longer ones are refused unread.</summary>
    public const int TokenCharsMax = 16 * 1024;

    private const int SignedParts = 3;
    private const int EncryptedParts = 5;

    // {" in base64url.
    private const string StartOfJson = "eyJ";

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    // No other: with a symmetric one the public key would be the secret, and "none" has no key at all.
    public static IReadOnlyList<string> Algorithms { get; } =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>Whether a credential was meant as a token, well-formed or not.</summary>
    public static bool IsMeant(ReadOnlySpan<char> credential) =>
        credential.Count('.') is SignedParts - 1 or EncryptedParts - 1
        || credential.StartsWith(StartOfJson, StringComparison.Ordinal);

    /// <summary>The header, or why the token is refused for it.</summary>
    public static TokenHeader? Read(string token, out LoginFailure? failure, out string? detail)
    {
        detail = null;
        failure = token.Length > TokenCharsMax ? LoginFailure.TooLarge
            : token.AsSpan().ContainsAnyExcept(Letters) ? LoginFailure.Malformed
            : token.AsSpan().Count('.') == EncryptedParts - 1 ? LoginFailure.Encrypted
            : token.AsSpan().Count('.') != SignedParts - 1 ? LoginFailure.Malformed
            : null;
        if (failure is not null)
        {
            return null;
        }

        try
        {
            var json = Base64Url.DecodeFromChars(token.AsSpan(0, token.IndexOf('.', StringComparison.Ordinal)));
            var header = Read(json);
            failure = header.Judge(out detail);
            return failure is null ? new TokenHeader(header.Algorithm!, header.KeyId) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            failure = LoginFailure.Malformed;
            detail = "the header cannot be read";
            return null;
        }
    }

    private static Members Read(byte[] json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        var members = new Members();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Two readers could take a different one of two.
            var name = reader.GetString()!;
            Expect(seen.Add(name));
            reader.Read();
            switch (name)
            {
                case "alg":
                    members.Algorithm = reader.GetString();
                    break;
                case "kid":
                    members.KeyId = reader.GetString();
                    break;
                case "typ":
                    members.Type = reader.GetString();
                    break;
                case "cty":
                    members.ContentType = reader.GetString();
                    break;
                case "crit":
                    members.IsCritical = true;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Expect(!reader.Read());
        return members;
    }

    private static void Expect(bool isSo)
    {
        if (!isSo)
        {
            throw new JsonException();
        }
    }

    private struct Members
    {
        public string? Algorithm;
        public string? KeyId;
        public string? Type;
        public string? ContentType;
        public bool IsCritical;

        public readonly LoginFailure? Judge(out string? detail)
        {
            detail = null;
            if (Algorithm is null || !Algorithms.Contains(Algorithm, StringComparer.Ordinal))
            {
                detail = $"alg '{Algorithm}'";
                return LoginFailure.Algorithm;
            }

            // Extensions that must be understood: none is, so none can be.
            if (IsCritical)
            {
                return LoginFailure.Crit;
            }

            if (!IsAccessToken(Type) || ContentType is not null)
            {
                detail = $"typ '{Type}', cty '{ContentType}'";
                return LoginFailure.Type;
            }

            return null;
        }

        // RFC 9068 and what issuers wrote before it. An ID-JAG, a DPoP proof, a logout token say something else.
        private static bool IsAccessToken(string? type) =>
            type is null
            || type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
            || type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase)
            || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase);
    }
}
