using System.Globalization;
using System.Text;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>The first final answer on a connection; status 0 where there was none.</summary>
internal sealed record RawAnswer(int Status, string Body)
{
    private const string Blank = "\r\n\r\n";

    public static readonly RawAnswer None = new(0, "");

    public static RawAnswer Parse(byte[] bytes)
    {
        // Latin-1, so that characters are bytes until the body's end is known.
        var text = Encoding.Latin1.GetString(bytes);
        return Next(ref text, out _) is var (status, body)
            ? new RawAnswer(status, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)))
            : None;
    }

    /// <summary>How many final answers are there whole, so far as their framing tells.</summary>
    public static int Count(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var count = 0;
        while (Next(ref text, out var isWhole) is not null && isWhole)
        {
            count++;
        }

        return count;
    }

    // Takes the next final answer off the text.
    private static (int Status, string Body)? Next(ref string text, out bool isWhole)
    {
        isWhole = false;
        while (text.IndexOf(Blank, StringComparison.Ordinal) is var end and > 0)
        {
            var head = text[..(end + 2)];
            text = text[(end + Blank.Length)..];
            if (head.Split(' ') is not [_, var code, ..]
                || !int.TryParse(code[..3], CultureInfo.InvariantCulture, out var status))
            {
                return null;
            }

            if (status >= 200)
            {
                return (status, BodyAfter(head, ref text, out isWhole));
            }
        }

        return null;
    }

    private static string BodyAfter(string head, ref string text, out bool isWhole)
    {
        if (Header(head, "Content-Length") is { } length)
        {
            var size = int.Parse(length, CultureInfo.InvariantCulture);
            isWhole = text.Length >= size;
            var body = text[..Math.Min(text.Length, size)];
            text = text[body.Length..];
            return body;
        }

        if (Header(head, "Transfer-Encoding") is not null)
        {
            return Chunks(ref text, out isWhole);
        }

        isWhole = head.Contains(" 202 ", StringComparison.Ordinal) || head.Contains(" 204 ", StringComparison.Ordinal);
        return text;
    }

    private static string Chunks(ref string text, out bool isWhole)
    {
        var body = new StringBuilder();
        isWhole = false;
        while (text.IndexOf("\r\n", StringComparison.Ordinal) is var end and > 0
            && int.TryParse(text[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size)
            && text.Length >= end + 2 + size + 2)
        {
            body.Append(text.AsSpan(end + 2, size));
            text = text[(end + 2 + size + 2)..];
            if (size == 0)
            {
                isWhole = true;
                break;
            }
        }

        return body.ToString();
    }

    private static string? Header(string head, string name)
    {
        var at = head.IndexOf($"\r\n{name}:", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var value = at + name.Length + 3;
        return head[value..head.IndexOf("\r\n", value, StringComparison.Ordinal)].Trim();
    }
}
