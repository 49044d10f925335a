using System.Text;
using Xunit;

namespace Sentinel.Tests.Shared;

/// <summary>Holds a file of the repository against what it is generated from.</summary>
/// <remarks>
/// Set <c>SENTINEL_ACCEPT_SNAPSHOTS=true</c>, as for snapshots, to write the file anew; read the diff before committing.
/// </remarks>
public static class GeneratedFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="text">What the file has to be.</param>
    /// <param name="path">The file.</param>
    public static void Match(string text, string path)
    {
        ArgumentNullException.ThrowIfNull(text);
        var expected = text.ReplaceLineEndings("\n");
        var actual = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (actual == expected)
        {
            return;
        }

        if (Snapshot.IsAccepted)
        {
            File.WriteAllText(path, expected, Utf8);
            return;
        }

        Assert.Fail(
            $"{path} is not what it is generated from. {Snapshot.AcceptVariable}=true writes it anew.\n"
            + Snapshot.Diff(actual, expected));
    }
}
