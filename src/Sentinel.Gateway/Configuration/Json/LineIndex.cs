namespace Sentinel.Gateway.Configuration.Json;

/// <summary>Finds the line of an offset. Lines end at LF, as the JSON reader counts them.</summary>
internal sealed class LineIndex
{
    private readonly List<int> _starts = [0];

    public LineIndex(ReadOnlySpan<byte> content)
    {
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] == (byte)'\n')
            {
                _starts.Add(i + 1);
            }
        }
    }

    /// <summary>Counted from 1, as editors do.</summary>
    public int LineOf(long offset)
    {
        var at = _starts.BinarySearch((int)offset);
        return at >= 0 ? at + 1 : ~at;
    }

    /// <summary>Where a line begins; lines counted from 0, as the JSON reader does.</summary>
    public int StartOf(int line) => _starts[Math.Min(line, _starts.Count - 1)];
}
