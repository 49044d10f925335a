using System.CommandLine;
using Sentinel.Gateway.Authentication;
using Sentinel.Gateway.Configuration;

namespace Sentinel.Gateway.Cli;

/// <summary>For whom a policy is asked: by roles, by an API key's name, or by a token.</summary>
/// <param name="Roles">Roles by name.</param>
/// <param name="Key">An API key's name; null for none.</param>
/// <param name="Token">A file with a token, or <c>-</c> for what is typed; null for none.</param>
internal sealed record PolicyCaller(IReadOnlyList<string> Roles, string? Key, string? Token = null)
{
    public static readonly Option<string[]> AsOption = new("--as")
    {
        Description = "A role of the caller, which may be repeated.",
        HelpName = "ROLE",
    };

    public static readonly Option<string?> KeyOption = new("--key")
    {
        Description = "The name of an API key, for its roles.",
        HelpName = "NAME",
    };

    public static readonly Option<string?> TokenOption = new("--token")
    {
        Description = "A file with an access token, or - to read one: it is checked as the gateway would.",
        HelpName = "FILE",
    };

    /// <summary>The caller's effective roles, or why there are none to ask for.</summary>
    public async Task<(IReadOnlyList<string> Roles, string? Problem)> ResolveAsync(
        ConfigurationSource source,
        TextReader input,
        CancellationToken cancellationToken)
    {
        var policy = source.Current.Policy;
        if ((Roles.Count > 0 ? 1 : 0) + (Key is null ? 0 : 1) + (Token is null ? 0 : 1) != 1)
        {
            return ([], "Name the caller in one way: by --as ROLE, --key NAME or --token FILE.");
        }

        if (Token is not null)
        {
            return await OfTokenAsync(Token, source, input, cancellationToken);
        }

        if (Key is not null)
        {
            var key = source.Current.Sentinel.Authentication!.ApiKeys.FirstOrDefault(key => key.Name == Key);
            return key is null
                ? ([], $"There is no API key '{Key}' in Authentication.ApiKeys.")
                : ([.. key.Roles.Where(policy.HasRole)], null);
        }

        return Roles.FirstOrDefault(role => !policy.HasRole(role)) is { } unknown
            ? ([], $"There is no role '{unknown}' in Rbac.Roles.")
            : (Roles, null);
    }

    private static async Task<(IReadOnlyList<string> Roles, string? Problem)> OfTokenAsync(
        string file,
        ConfigurationSource source,
        TextReader input,
        CancellationToken cancellationToken)
    {
        string token;
        try
        {
            var text = file == "-"
                ? await input.ReadToEndAsync(cancellationToken)
                : await File.ReadAllTextAsync(file, cancellationToken);
            token = text.Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ([], $"The token cannot be read: {exception.Message}");
        }

        var services = new ServiceCollection().AddLogging().AddMetrics();
        services.AddSingleton(source).AddSingleton(TimeProvider.System).AddSentinelAuthentication();
        await using var provider = services.BuildServiceProvider();
        var tokens = provider.GetRequiredService<CallerDirectory>().Of(source.Current).Tokens;
        var verdict = await tokens.ValidateAsync(token, CredentialHash.Of(token)).WaitAsync(cancellationToken);
        return verdict.Caller is { } caller
            ? (caller.Roles, null)
            : ([], $"The gateway would refuse the token: {verdict.Failure!.Reason}"
                + (verdict.Detail is null ? "." : $" ({verdict.Detail})."));
    }
}
