using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Microsoft.IdentityModel.Validators;

namespace Sentinel.Gateway.Tests.Authentication;

/// <summary>
/// A web API that takes Entra ID's tokens as Microsoft.Identity.Web's registration would have it, made of the parts
/// that package is made of: JwtBearer, and Microsoft's own validators.
/// </summary>
internal sealed class EntraReference : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    private EntraReference(WebApplication app) => _app = app;

    public static async Task<EntraReference> StartAsync(IReadOnlyDictionary<string, string?> azureAd)
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(azureAd).Build();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRouting();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(options => Configure(options, section));
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/", () => "in").RequireAuthorization();
        await app.StartAsync();
        return new EntraReference(app);
    }

    public async Task<bool> AdmitsAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_app.Urls.Single()));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request);
        return response.StatusCode == HttpStatusCode.OK;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private static void Configure(JwtBearerOptions options, IConfiguration section)
    {
        section.Bind(options);
        var clientId = section["ClientId"]!;
        options.Authority = $"{section["Instance"]}{section["TenantId"]}/v2.0";
        var parameters = options.TokenValidationParameters;
        if (parameters.ValidAudience is null && parameters.ValidAudiences is null)
        {
            parameters.AudienceValidator = (audiences, token, own) =>
            {
                own.AudienceValidator = null;
                if (string.IsNullOrEmpty(own.ValidAudience) && own.ValidAudiences is null)
                {
                    _ = ((JsonWebToken)token).TryGetPayloadValue<string>("ver", out var version);
                    own.ValidAudience = version switch { "2.0" => clientId, "1.0" => "api://" + clientId, _ => null };
                }

                Validators.ValidateAudience(audiences, token, own);
                return true;
            };
        }

        parameters.IssuerValidator = AadIssuerValidator.GetAadIssuerValidator(
            options.Authority, new HttpClient(), MetadataOf).Validate;
        parameters.EnableAadSigningKeyIssuerValidation();
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = context =>
            {
                parameters.ConfigurationManager ??= options.ConfigurationManager as BaseConfigurationManager;
                return Task.CompletedTask;
            },
            OnTokenValidated = context =>
            {
                var claims = context.Principal!.Claims;
                if (!section.GetValue<bool>("AllowWebApiToBeAuthorizedByACL") && !claims.Any(IsPermission))
                {
                    context.Fail("neither scope nor roles claim");
                }

                return Task.CompletedTask;
            },
        };
    }

    // Its own would take nothing but https.
    private static ConfigurationManager<OpenIdConnectConfiguration> MetadataOf(string authority) => new(
        authority.EndsWith("openid-configuration", StringComparison.Ordinal)
            ? authority
            : authority.TrimEnd('/') + "/.well-known/openid-configuration",
        new OpenIdConnectConfigurationRetriever(),
        new HttpDocumentRetriever { RequireHttps = false });

    private static bool IsPermission(Claim claim) => claim.Type is "scp" or "roles" or ClaimTypes.Role
        or "http://schemas.microsoft.com/identity/claims/scope";
}
