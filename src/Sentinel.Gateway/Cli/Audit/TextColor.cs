namespace Sentinel.Gateway.Cli.Audit;

/// <summary>The few colours that a terminal may show.</summary>
internal static class TextColor
{
    private const string Red = "\u001b[31m";
    private const string Yellow = "\u001b[33m";
    private const string Plain = "\u001b[0m";

    public static string OfOutcome(string outcome, string text) => outcome switch
    {
        "error" => Red + text + Plain,
        "denied" => Yellow + text + Plain,
        _ => text,
    };
}
