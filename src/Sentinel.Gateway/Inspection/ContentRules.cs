using Microsoft.Net.Http.Headers;

namespace Sentinel.Gateway.Inspection;

/// <summary>
/// Which bodies are taken: JSON in UTF-8, not encoded, so that no server reads other bytes than Sentinel does.
/// </summary>
internal static class ContentRules
{
    public static bool AreMet(IHeaderDictionary headers)
    {
        var encoding = headers.ContentEncoding;
        if (encoding.Count > 0 && (encoding.Count > 1 || !IsIdentity(encoding[0])))
        {
            return false;
        }

        var contentType = headers.ContentType;
        if (contentType.Count != 1)
        {
            return false;
        }

        return string.Equals(contentType[0], "application/json", StringComparison.Ordinal) || IsJson(contentType[0]!);
    }

    private static bool IsIdentity(string? encoding) =>
        string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase);

    private static bool IsJson(string contentType)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            || !parsed.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var charsets = 0;
        foreach (var parameter in parsed.Parameters)
        {
            // charset* is RFC 8187's way to write the same.
            if (!parameter.Name.StartsWith("charset", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var charset = HeaderUtilities.RemoveQuotes(parameter.Value);
            if (++charsets > 1
                || parameter.Name.Length != "charset".Length
                || !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
