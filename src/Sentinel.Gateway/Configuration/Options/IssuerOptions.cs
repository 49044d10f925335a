using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>One OpenID Connect issuer whose access tokens are taken.</summary>
internal sealed record IssuerOptions
{
    [Description("The issuer's identifier: what its tokens say in `iss`. Unique.")]
    [Required]
    [RegularExpression(
        """https?://[^\s?#@\\]+""",
        ErrorMessage = "write the issuer's URL without user name, query or fragment, "
            + "for example https://idp.example.com/realms/main")]
    public string Authority { get; init; } = "";

    [Description("Where the discovery document is, if not at `AUTHORITY/.well-known/openid-configuration`.")]
    [RegularExpression(
        """https?://[^\s#@\\]+""",
        ErrorMessage = "write the discovery document's whole URL, or leave the key out")]
    public string? MetadataAddress { get; init; }

    [Description("Who a token must be for: one of its `aud` values must be here. The URL that clients call, as a "
        + "rule.")]
    [Required]
    public IReadOnlyList<string> Audiences { get; init; } = [];

    [Description("Scopes that a token must all have, in `scope` or `scp`; else 403 `insufficient_scope`.")]
    public IReadOnlyList<string> Scopes { get; init; } = [];

    [Description("Claims that may hold the subject; the first that a token has counts.")]
    public IReadOnlyList<string> SubjectClaims { get; init; } = ["sub"];

    [Description("Claims whose values are roles. Dots lead into objects (`realm_access.roles`); a name that has dots "
        + "itself works too (`https://example.com/roles`).")]
    public IReadOnlyList<string> RoleClaims { get; init; } = ["roles"];

    [Description("Claims whose values are groups: roles only through RoleMap.")]
    public IReadOnlyList<string> GroupClaims { get; init; } = ["groups"];

    [Description("Whether the issuer's documents must come by https. False is for tests on one machine.")]
    public bool RequireHttpsMetadata { get; init; } = true;

    [Description("Seconds that the issuer's clock may differ from ours.")]
    [Range(0, 300)]
    public int ClockSkewSeconds { get; init; } = 60;

    [Description("Seconds after which the issuer's keys are fetched anew.")]
    [Range(60, 86400)]
    public int RefreshSeconds { get; init; } = 3600;

    [Description("Seconds at least between two fetches, however many tokens name a key that is not known yet.")]
    [Range(1, 3600)]
    public int RefreshGapSeconds { get; init; } = 10;
}
