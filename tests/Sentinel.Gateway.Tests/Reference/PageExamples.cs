using System.Globalization;
using System.Text.RegularExpressions;
using Sentinel.Gateway.Configuration;
using Sentinel.Gateway.Configuration.Binding;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>The pieces of proxy.json on a page, each made a whole file again.</summary>
internal static partial class PageExamples
{
    private const string Proxy = "\"ReverseProxy\": { \"Routes\": {}, \"Clusters\": {} }";
    private const string Access = "\"Authentication\": { \"Anonymous\": {} }";

    public static IEnumerable<(string Place, string Text)> Of(string path, string text)
    {
        foreach (Match block in Block().Matches(text.ReplaceLineEndings("\n")))
        {
            var line = text[..block.Index].Count(c => c == '\n') + 2;
            // What stands for a key's hash, or for what is left out between two pieces.
            var pieces = block.Groups["text"].Value
                .Replace("\"Sha256\": \"…\"", $"\"Sha256\": \"{new string('0', 64)}\"", StringComparison.Ordinal)
                .Split("\n…\n");
            foreach (var piece in pieces.Where(piece => !piece.Contains("{ … }", StringComparison.Ordinal)))
            {
                yield return (string.Create(CultureInfo.InvariantCulture, $"{path}:{line}"), Whole(piece));
            }
        }
    }

    private static string Whole(string piece)
    {
        var first = FirstKey().Match(piece).Groups["key"].Value;
        return first switch
        {
            "" => piece,
            "Clusters" => $"{{ \"ReverseProxy\": {{ {piece} }}, \"Sentinel\": {{ {Access} }} }}",
            "Sentinel" => $"{{ {Proxy}, {WithAccess(piece)} }}",
            nameof(SentinelOptions.Authentication) => $"{{ {Proxy}, \"Sentinel\": {{ {piece} }} }}",
            _ when RecordShape.Of(typeof(SentinelOptions)).Find(first) is not null =>
                $"{{ {Proxy}, \"Sentinel\": {{ {Access}, {piece} }} }}",
            _ => $"{{ {Proxy}, \"Sentinel\": {{ \"Authentication\": {{ {piece} }} }} }}",
        };
    }

    private static string WithAccess(string piece) => piece.Contains(Access[..16], StringComparison.Ordinal)
        ? piece
        : piece.Replace("\"Sentinel\": {", $"\"Sentinel\": {{ {Access},", StringComparison.Ordinal);

    [GeneratedRegex("^```jsonc\n(?<text>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline, 10_000)]
    private static partial Regex Block();

    [GeneratedRegex("^\\s*\"(?<key>[A-Za-z]+)\"\\s*:", RegexOptions.None, 1000)]
    private static partial Regex FirstKey();
}
