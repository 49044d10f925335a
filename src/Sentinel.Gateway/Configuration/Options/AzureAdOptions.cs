using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Sentinel.Gateway.Configuration;

/// <summary>Entra ID, by the section that Microsoft.Identity.Web reads; AllowedTenants is Sentinel's own.</summary>
internal sealed record AzureAdOptions
{
    [Description("The cloud's sign-in address.")]
    [RegularExpression(
        """https?://[^\s?#@\\]+""",
        ErrorMessage = "write the sign-in address, for example https://login.microsoftonline.com/")]
    public string Instance { get; init; } = "https://login.microsoftonline.com/";

    [Description("The tenant: its id or domain; `organizations` or `common` for many. Required unless Authority is "
        + "written.")]
    [RegularExpression(
        "[A-Za-z0-9_.-]+",
        ErrorMessage = "write the tenant's id, its domain, organizations or common")]
    public string? TenantId { get; init; }

    [Description("The application id of the API's registration.")]
    [Required]
    [RegularExpression(
        "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        ErrorMessage = "write the application (client) id of the API's registration")]
    public string ClientId { get; init; } = "";

    [Description("Instance and TenantId in one URL, in place of both.")]
    [RegularExpression(
        """https?://[^\s?#@\\]+""",
        ErrorMessage = "write a URL such as https://login.microsoftonline.com/TENANT/v2.0")]
    public string? Authority { get; init; }

    [Description("The one audience that tokens must have, in place of the defaults: `CLIENT-ID` in version 2, "
        + "`api://CLIENT-ID` in version 1.")]
    public string? Audience { get; init; }

    [Description("Further settings of token validation.")]
    public TokenValidationOptions TokenValidationParameters { get; init; } = new();

    [Description("Sentinel's own: tenants whose tokens are taken. Empty: all that TenantId stands for; for "
        + "`organizations` and `common` that is a warning.")]
    public IReadOnlyList<string> AllowedTenants { get; init; } = [];

    [Description("Scopes, parted by spaces, of which a user's token must have one. Tokens of applications have none.")]
    public string Scopes { get; init; } = "";

    [Description("Whether tokens with neither `scp` nor `roles` are taken.")]
    public bool AllowWebApiToBeAuthorizedByACL { get; init; }

    [Description("Whether the documents must come by https. False is for tests on one machine.")]
    public bool RequireHttpsMetadata { get; init; } = true;

    [Description("Seconds that Entra ID's clock may differ from ours.")]
    [Range(0, 300)]
    public int ClockSkewSeconds { get; init; } = 300;

    [Description("Seconds after which the keys are fetched anew.")]
    [Range(60, 86400)]
    public int RefreshSeconds { get; init; } = 3600;

    [Description("Seconds at least between two fetches, however many tokens name a key that is not known yet.")]
    [Range(1, 3600)]
    public int RefreshGapSeconds { get; init; } = 10;
}

/// <summary>What of <c>AzureAd.TokenValidationParameters</c> can be set.</summary>
internal sealed record TokenValidationOptions
{
    [Description("Audiences, in place of the defaults.")]
    public IReadOnlyList<string> ValidAudiences { get; init; } = [];

    [Description("Further issuers; `{tenantid}` stands for the token's own tenant.")]
    public IReadOnlyList<string> ValidIssuers { get; init; } = [];
}
