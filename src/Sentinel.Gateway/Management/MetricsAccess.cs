using System.Security.Cryptography;
using System.Text;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Management.Api;

namespace Sentinel.Gateway.Management;

/// <summary>Whether a request for metrics brings the token that <c>MetricsTokenEnv</c> asks for.</summary>
internal static class MetricsAccess
{
    private const string Scheme = "Bearer ";

    /// <returns>True; or false, with the refusal written.</returns>
    public static async ValueTask<bool> CheckAsync(HttpContext context, ConfigurationSnapshot snapshot)
    {
        if (snapshot.MetricsTokenHash is not { } expected || IsGranted(context.Request, expected))
        {
            return true;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        await ApiError.MetricsTokenNeeded.WriteAsync(context);
        return false;
    }

    // By hashes of one length, so that the time shows nothing of the token, its length included.
    private static bool IsGranted(HttpRequest request, byte[] expected)
    {
        var authorization = request.Headers.Authorization;
        return authorization is [{ } value]
            && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(
                SHA256.HashData(Encoding.UTF8.GetBytes(value[Scheme.Length..].Trim(' '))), expected);
    }
}
