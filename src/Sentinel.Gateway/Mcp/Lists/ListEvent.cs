namespace Sentinel.Gateway.Mcp.Lists;

/// <summary>
/// Cuts the items that a caller is not shown out of one whole event; its other lines stay as they came.
/// </summary>
internal static class ListEvent
{
    /// <param name="lines">The lines of the event, to its blank line.</param>
    /// <param name="shows">Which items are shown.</param>
    public static ListEdit Edit(ReadOnlySpan<byte> lines, ShowsItem shows)
    {
        var data = new List<Line>();
        for (var at = lines.StartsWith("\uFEFF"u8) ? 3 : 0; at < lines.Length;)
        {
            var line = Line.At(lines, at);
            at = line.Next;
            if (line.IsData)
            {
                data.Add(line);
            }
        }

        // One line is the rule: its value is edited where it lies.
        var edit = ListEditor.Edit(data is [var only] ? lines[only.ValueStart..only.End] : Join(lines, data), shows);
        return edit.Bytes is not { } bytes ? edit
            : edit with { Bytes = data is [var single] ? Replace(lines, single, bytes) : Write(lines, data, bytes) };
    }

    private static byte[] Replace(ReadOnlySpan<byte> lines, Line line, ReadOnlySpan<byte> edited)
    {
        var written = new byte[lines.Length - (line.End - line.ValueStart) + edited.Length];
        lines[..line.ValueStart].CopyTo(written);
        edited.CopyTo(written.AsSpan(line.ValueStart));
        lines[line.End..].CopyTo(written.AsSpan(line.ValueStart + edited.Length));
        return written;
    }

    private static byte[] Join(ReadOnlySpan<byte> lines, List<Line> data)
    {
        var text = new MemoryStream(lines.Length);
        for (var i = 0; i < data.Count; i++)
        {
            text.Write(i == 0 ? default : "\n"u8);
            text.Write(lines[data[i].ValueStart..data[i].End]);
        }

        return text.ToArray();
    }

    // All the data stands where its first line did. A line feed in it is white space that parted two lines before.
    private static byte[] Write(ReadOnlySpan<byte> lines, List<Line> data, ReadOnlySpan<byte> edited)
    {
        var written = new MemoryStream(lines.Length);
        var first = data[0];
        written.Write(lines[..first.ValueStart]);
        foreach (var part in edited.Split((byte)'\n'))
        {
            if (part.Start.Value > 0)
            {
                written.Write(lines[first.End..first.Next]);
                written.Write("data: "u8);
            }

            written.Write(edited[part]);
        }

        for (var i = 0; i < data.Count; i++)
        {
            var from = i == 0 ? data[i].End : data[i].Next;
            written.Write(lines[from..(i + 1 < data.Count ? data[i + 1].Start : lines.Length)]);
        }

        return written.ToArray();
    }

    /// <param name="Start">Where the line begins.</param>
    /// <param name="ValueStart">Where its field's value begins.</param>
    /// <param name="End">Where the line ends, before what ends it.</param>
    /// <param name="Next">Where the next line begins.</param>
    /// <param name="IsData">Whether its field is <c>data</c>.</param>
    private readonly record struct Line(int Start, int ValueStart, int End, int Next, bool IsData)
    {
        public static Line At(ReadOnlySpan<byte> lines, int start)
        {
            var rest = lines[start..];
            var length = rest.IndexOfAny((byte)'\r', (byte)'\n');
            length = length < 0 ? rest.Length : length;
            var ending = rest[length..];
            var next = length + (ending.StartsWith("\r\n"u8) ? 2 : Math.Min(1, ending.Length));
            var line = rest[..length];
            var colon = line.IndexOf((byte)':');
            var value = colon < 0 ? length : colon + 1;
            value += line[value..].StartsWith(" "u8) ? 1 : 0;
            var isData = (colon < 0 ? line : line[..colon]).SequenceEqual("data"u8);
            return new Line(start, start + value, start + length, start + next, isData);
        }
    }
}
