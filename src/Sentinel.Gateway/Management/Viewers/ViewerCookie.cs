using System.Globalization;

namespace Sentinel.Gateway.Management.Viewers;

/// <summary>The cookie that a signed-in browser sends: no script reads it, no other site's page sends it.</summary>
internal static class ViewerCookie
{
    public const string Name = "sentinel_viewer";

    // 32 bytes in base64url.
    private const int CharsOfValue = 43;

    /// <summary>Its value, where it has the form of one and there is only one.</summary>
    public static string? Read(HttpRequest request)
    {
        string? found = null;
        foreach (var header in request.Headers.Cookie)
        {
            foreach (var part in (header ?? "").Split(';', StringSplitOptions.TrimEntries))
            {
                if (part.StartsWith(Name + "=", StringComparison.Ordinal))
                {
                    if (found is not null)
                    {
                        // Another program on this host set one for a path of its own; which is meant is not guessed.
                        return null;
                    }

                    found = part[(Name.Length + 1)..];
                }
            }
        }

        return found is { Length: CharsOfValue } ? found : null;
    }

    public static void Set(HttpContext context, string value, TimeSpan age) =>
        Append(context, value, Math.Max(0, (long)age.TotalSeconds));

    public static void Clear(HttpContext context) => Append(context, "", 0);

    private static void Append(HttpContext context, string value, long seconds)
    {
        // Where TLS ends before this listener, the page's origin says so.
        var isSecure = context.Request.IsHttps
            || context.Request.Headers.Origin.ToString().StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        context.Response.Headers.SetCookie = string.Create(
            CultureInfo.InvariantCulture,
            $"{Name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{(isSecure ? "; Secure" : "")}");
    }
}
