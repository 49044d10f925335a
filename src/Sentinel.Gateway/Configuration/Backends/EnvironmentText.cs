using System.Text.RegularExpressions;

namespace Sentinel.Gateway.Configuration.Backends;

/// <summary>Texts that name an environment variable: <c>env:NAME</c>, or <c>Bearer env:NAME</c>.</summary>
internal static partial class EnvironmentText
{
    public const string VariableRemedy =
        "write the name of an environment variable, and put the secret into that variable";

    /// <summary>The name of the variable that the text ends in; null where it is a plain text.</summary>
    public static string? VariableIn(string text)
    {
        var match = Reference().Match(text);
        return match.Success ? match.Groups["name"].Value : null;
    }

    /// <summary>The text with the variable's value in the place of its name.</summary>
    public static string Fill(string text, string variable, string value) =>
        string.Concat(text.AsSpan(0, text.Length - "env:".Length - variable.Length), value);

    public static bool IsVariableName(string name) => VariableName().IsMatch(name);

    [GeneratedRegex(@"(?:\A|\A[^\s]+ )env:(?<name>\S*)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Reference();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex VariableName();
}
