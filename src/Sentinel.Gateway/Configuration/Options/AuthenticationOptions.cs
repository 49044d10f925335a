using System.Collections.ObjectModel;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>Who may call at all: the <c>Authentication</c> section.</summary>
internal sealed record AuthenticationOptions
{
    [Description("Entra ID, by the section that Microsoft.Identity.Web reads.")]
    public AzureAdOptions? AzureAd { get; init; }

    [Description("OpenID Connect issuers whose access tokens are taken.")]
    public IReadOnlyList<IssuerOptions> Issuers { get; init; } = [];

    [Description("What values of role, group and scope claims stand for: claim value → role. Each role must be "
        + "defined in Rbac.Roles.")]
    public IReadOnlyDictionary<string, string> RoleMap { get; init; } =
        ReadOnlyDictionary<string, string>.Empty;

    [Description("Keys for programs, sent as `Authorization: Bearer KEY` or `X-Api-Key: KEY`.")]
    public IReadOnlyList<ApiKeyOptions> ApiKeys { get; init; } = [];

    [Description("Lets callers without a credential in. A credential that is presented and fails stays refused.")]
    public AnonymousOptions? Anonymous { get; init; }
}

/// <summary>One API key, known by its hash only.</summary>
internal sealed record ApiKeyOptions
{
    [Description("Who the key stands for; the audit log says `key:NAME`. Letters, digits, `_`, `.` and `-`. Unique, "
        + "ignoring case.")]
    [Required]
    [RegularExpression(Names.Pattern, ErrorMessage = Names.Remedy)]
    public string Name { get; init; } = "";

    [Description("SHA-256 of the key's UTF-8 bytes, 64 lower-case hex digits: `printf %s \"$KEY\" | sha256sum`. The "
        + "key itself never stands in the file. Unique.")]
    [Required]
    [RegularExpression(
        "[0-9a-f]{64}",
        ErrorMessage = "write the SHA-256 of the key as 64 lower-case hex digits; "
            + "make one with: printf %s \"$KEY\" | sha256sum")]
    public string Sha256 { get; init; } = "";

    [Description("Roles of callers that present the key. Each must be defined in Rbac.Roles.")]
    public IReadOnlyList<string> Roles { get; init; } = [];

    [Description("From when on the key is refused, checked at every request; absent: never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("Where the key is good; absent: everywhere. An empty list is a fault, a backend that does not exist "
        + "a warning.")]
    public IReadOnlyList<string>? Backends { get; init; }
}

/// <summary>Open access, written down.</summary>
internal sealed record AnonymousOptions
{
    [Description("Roles of callers without a credential. Each must be defined in Rbac.Roles.")]
    public IReadOnlyList<string> Roles { get; init; } = [];
}
