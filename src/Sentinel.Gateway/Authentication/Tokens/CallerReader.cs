using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Authentication;

/// <summary>Makes a caller of a token's claims.</summary>
/// <param name="policy">Whose roles count; all other values are ignored.</param>
/// <param name="roleMap">What further values stand for.</param>
internal sealed class CallerReader(AccessPolicy policy, IReadOnlyDictionary<string, string> roleMap)
{
    private const int TextCharsMax = 256;

    private static readonly string[] DisplayClaims = ["preferred_username", "upn", "unique_name", "name", "email"];
    private static readonly string[] AppClaims = ["azp", "appid", "client_id"];

    /// <summary>The caller, or null where the token names no subject that could be one.</summary>
    public Caller? Read(TokenClaims claims, string issuer, ClaimNames names, string? tenant = null)
    {
        var subject = names.Subject.SelectMany(claims.Texts).FirstOrDefault(text => text.Length > 0);
        return subject is { Length: <= TextCharsMax } && !subject.Any(char.IsControl) && !Caller.IsReserved(subject)
            ? new Caller(subject, Roles(claims, names))
            {
                Issuer = issuer,
                Tenant = tenant,
                Display = First(claims, DisplayClaims),
                App = First(claims, AppClaims),
            }
            : null;
    }

    private IEnumerable<string> Roles(TokenClaims claims, ClaimNames names)
    {
        var roles = names.Roles.SelectMany(claims.Texts).ToList();

        // Clients ask for scopes and directories are full of groups: neither is a role unless it is written down.
        var mapped = roles.Concat(names.Groups.SelectMany(claims.Texts)).Concat(claims.Scopes())
            .Select(value => roleMap.GetValueOrDefault(value))
            .OfType<string>();
        return roles.Concat(mapped).Where(policy.HasRole);
    }

    private static string? First(TokenClaims claims, string[] names) =>
        names.Select(claims.Text).FirstOrDefault(text => text is { Length: > 0 }) is { } found
            ? found[..Math.Min(found.Length, TextCharsMax)]
            : null;
}

/// <summary>Which claims of an issuer hold what.</summary>
internal sealed record ClaimNames(
    IReadOnlyList<string> Subject,
    IReadOnlyList<string> Roles,
    IReadOnlyList<string> Groups);
