using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>Where answers go, and what that place can show.</summary>
/// <param name="Output">For answers.</param>
/// <param name="Error">For everything else, so that answers can be piped.</param>
/// <param name="Width">Columns of the terminal that shows answers; null for a file or a pipe.</param>
/// <param name="IsColored">Whether answers may have colours.</param>
/// <param name="IsWatched">Whether somebody sees on a terminal what goes to <paramref name="Error"/>.</param>
internal sealed record AuditConsole(
    TextWriter Output,
    TextWriter Error,
    int? Width = null,
    bool IsColored = false,
    bool IsWatched = false)
{
    private const int WidthMin = 40;
    private const int WidthUsual = 80;
    private const int BufferBytes = 16 * 1024;

    /// <summary>The process's own streams.</summary>
    public static AuditConsole OfProcess(IReadOnlyDictionary<string, string> environment)
    {
        var isTerminal = !Console.IsOutputRedirected;
        return new AuditConsole(
            OpenOutput(),
            Console.Error,
            isTerminal ? WidthOf(Console.WindowWidth) : null,
            isTerminal && MayColor(environment),
            !Console.IsErrorRedirected && environment.GetValueOrDefault("TERM") != "dumb");
    }

    /// <summary>Whether colours are wanted: <c>NO_COLOR</c> with any value says no.</summary>
    public static bool MayColor(IReadOnlyDictionary<string, string> environment) =>
        string.IsNullOrEmpty(environment.GetValueOrDefault("NO_COLOR"))
        && environment.GetValueOrDefault("TERM") != "dumb";

    // A terminal that does not know says 0.
    private static int WidthOf(int columns) => columns <= 0 ? WidthUsual : Math.Max(WidthMin, columns);

    private static StreamWriter OpenOutput() =>
        new(OpenStream(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), BufferBytes) { NewLine = "\n" };

    // The runtime's own stream hides that a pipe's reader is gone, and a verb that follows would go on for ever. A
    // file is left to it: a stream of our own would write past the place that the file shares with other commands.
    private static Stream OpenStream()
    {
        if (!OperatingSystem.IsWindows())
        {
            var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!stream.CanSeek)
            {
                return stream;
            }
        }

        return Console.OpenStandardOutput();
    }

    /// <summary>For texts of ours with figures in them.</summary>
    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
