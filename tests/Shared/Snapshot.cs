using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;
using Xunit;

namespace Sentinel.Tests.Shared;

/// <summary>Compares text with a file beside the test, in Verify's file convention.</summary>
/// <remarks>
/// Set <c>SENTINEL_ACCEPT_SNAPSHOTS=true</c> to write the verified files; read the diff before committing.
/// </remarks>
public static class Snapshot
{
    internal const string AcceptVariable = "SENTINEL_ACCEPT_SNAPSHOTS";
    private const string Forbidden = "\"\\<>|:*?/#";

    private static readonly UTF8Encoding Utf8WithMark = new(encoderShouldEmitUTF8Identifier: true);

    internal static bool IsAccepted => Environment.GetEnvironmentVariable(AcceptVariable) == "true";

    /// <param name="text">What came out.</param>
    /// <param name="extension">The kind of text: txt, json, sql, md.</param>
    /// <param name="parameters">The test's arguments by name, where it has several cases.</param>
    /// <param name="file">The test's source file.</param>
    /// <param name="method">The test's method.</param>
    public static void Match(
        string text,
        string extension = "txt",
        (string Name, object? Value)[]? parameters = null,
        [CallerFilePath] string file = "",
        [CallerMemberName] string method = "")
    {
        var type = (TestContext.Current.TestClass?.TestClassSimpleName ?? Path.GetFileNameWithoutExtension(file))
            .Replace('+', '.');
        var arguments = string.Concat((parameters ?? []).Select(p => $"_{p.Name}={Spell(p.Value)}"));
        Match(text, Path.Combine(Path.GetDirectoryName(file)!, $"{type}.{method}{arguments}"), extension);
    }

    internal static void Match(string text, string stem, string extension)
    {
        ArgumentNullException.ThrowIfNull(text);
        var verifiedPath = $"{stem}.verified.{extension}";
        var receivedPath = $"{stem}.received.{extension}";
        var received = text
            .Replace("\r\n", "\n", StringComparison.Ordinal)
            .Replace('\r', '\n');
        var verified = File.Exists(verifiedPath) ? File.ReadAllText(verifiedPath) : "";
        if (verified.Length > 0 && verified == received)
        {
            File.Delete(receivedPath);
            return;
        }

        if (IsAccepted)
        {
            File.WriteAllText(verifiedPath, received, Utf8WithMark);
            File.Delete(receivedPath);
            return;
        }

        File.WriteAllText(receivedPath, received, Utf8WithMark);
        Assert.Fail(
            $"Received: {receivedPath}\nVerified: {verifiedPath}\n"
            + Diff(verified, received));
    }

    internal static string Diff(string verified, string received) => string.Join(
        '\n',
        new InlineDiffBuilder(new Differ()).BuildDiffModel(verified, received).Lines
            .Where(line => line.Type != ChangeType.Unchanged)
            .Select(line => (line.Type == ChangeType.Inserted ? "+ " : "- ") + line.Text));

    private static string Spell(object? value)
    {
        var text = value switch
        {
            null => "null",
            bool flag => flag ? "True" : "False",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return string.Concat(text.Select(c => char.IsControl(c) || Forbidden.Contains(c) ? '-' : c));
    }
}
