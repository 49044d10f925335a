using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Gateway.Configuration;

/// <summary>Reads the keys of sealed sessions from the variable that <c>Sessions.KeysEnv</c> names.</summary>
/// <remarks>No fault shows any of a key, not even where one was written in the variable's place.</remarks>
internal static partial class SessionKeyReader
{
    public const int KeyBytes = 32;

    /// <summary>The most keys at once: each but the first is one that is on its way out.</summary>
    public const int KeysMax = 8;

    private const string Path = "$.Sentinel.Sessions.KeysEnv";
    private const string Remedy = "make one with: sentinel session-key new";

    /// <returns>The keys; none where no variable is named, or where there is a fault.</returns>
    public static IReadOnlyList<byte[]> Read(
        SessionsOptions options,
        IReadOnlyDictionary<string, string> environment,
        FaultCollector faults)
    {
        if (options.KeysEnv is not { } variable || faults.HasWithin(Path))
        {
            return [];
        }

        if (!VariableName().IsMatch(variable) || LooksLikeKey().IsMatch(variable))
        {
            faults.Add(
                Path,
                "this is no name of an environment variable; write the name, for example SENTINEL_SESSION_KEYS, "
                    + "and put the keys into that variable");
            return [];
        }

        if (!environment.TryGetValue(variable, out var text) || string.IsNullOrWhiteSpace(text))
        {
            faults.Add(Path, $"the variable {variable} is not set; set it to a session key, {Remedy}");
            return [];
        }

        return Parse(text.Split(','), variable, faults);
    }

    private static List<byte[]> Parse(string[] parts, string variable, FaultCollector faults)
    {
        if (parts.Length > KeysMax)
        {
            faults.Add(Path, string.Create(
                CultureInfo.InvariantCulture,
                $"{variable} holds {parts.Length} keys; {KeysMax} are the most, remove the oldest at the end"));
            return [];
        }

        var keys = new List<byte[]>(parts.Length);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i].Trim();
            if (part.Length == 2 * KeyBytes && part.All(char.IsAsciiHexDigit))
            {
                keys.Add(Convert.FromHexString(part));
                continue;
            }

            faults.Add(Path, string.Create(
                CultureInfo.InvariantCulture,
                $"key {i + 1} of {parts.Length} in {variable} is not {KeyBytes} bytes in hex, which are "
                    + $"{2 * KeyBytes} digits; {Remedy}"));
        }

        return keys;
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex VariableName();

    [GeneratedRegex(@"\A[0-9A-Fa-f]{32,}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex LooksLikeKey();
}
