using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sentinel.Gateway.Configuration.Json;

/// <summary>Spells the path of a value: <c>$.Sentinel.Rbac.Roles["a b"].Allow[0]</c>.</summary>
internal static class JsonPath
{
    public const string Root = "$";

    public static string Member(string path, string key) =>
        IsIdentifier(key)
            ? $"{path}.{key}"
            : $"{path}[\"{JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"]";

    public static string Item(string path, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>The path of what contains this; null for the root.</summary>
    /// <remarks>A cut inside a quoted key yields a path that no value has; the caller goes on upwards.</remarks>
    public static string? Parent(string path)
    {
        var cut = path.AsSpan().LastIndexOfAny('.', '[');
        return cut <= 0 ? null : path[..cut];
    }

    // A hyphen is taken as plain because role and cluster ids are full of them: Roles.read-only reads well.
    private static bool IsIdentifier(string key) =>
        key.Length > 0 && !char.IsAsciiDigit(key[0]) && key[0] != '-'
        && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '$');
}
