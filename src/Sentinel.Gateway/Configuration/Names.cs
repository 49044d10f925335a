using System.Text.RegularExpressions;

namespace Sentinel.Gateway.Configuration;

/// <summary>How roles, keys and backends may be called.</summary>
/// <remarks>They end in headers, comma-separated columns and metric labels, where nothing may need escaping.</remarks>
internal static partial class Names
{
    public const string Pattern = "[A-Za-z0-9_.-]+";

    public const string Remedy = "write letters, digits, '_', '.' and '-' only";

    public static bool IsValid(string name) => Whole().IsMatch(name);

    [GeneratedRegex(@"\A" + Pattern + @"\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Whole();
}
