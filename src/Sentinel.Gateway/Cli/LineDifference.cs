namespace Sentinel.Gateway.Cli;

/// <summary>What changed between two texts, line by line.</summary>
internal static class LineDifference
{
    private const int ContextLines = 2;

    /// <summary>
    /// Removed lines with <c>-</c>, added ones with <c>+</c>, and a little of what stands around them.
    /// </summary>
    public static IEnumerable<string> Between(string before, string after)
    {
        var lines = Align(before.Split('\n'), after.Split('\n'));
        var last = -1;
        for (var i = 0; i < lines.Count; i++)
        {
            var from = Math.Max(0, i - ContextLines);
            var count = Math.Min(lines.Count, i + ContextLines + 1) - from;
            if (!lines.Slice(from, count).Exists(line => line.Mark != ' '))
            {
                continue;
            }

            if (i > last + 1)
            {
                yield return "  …";
            }

            last = i;
            yield return $"{lines[i].Mark} {lines[i].Text}";
        }
    }

    // The longest common subsequence, by its table.
    private static List<(char Mark, string Text)> Align(string[] before, string[] after)
    {
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j]
                    ? common[i + 1, j + 1] + 1
                    : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<(char, string)>(before.Length + after.Length);
        int x = 0, y = 0;
        while (x < before.Length || y < after.Length)
        {
            if (x < before.Length && y < after.Length && before[x] == after[y])
            {
                lines.Add((' ', before[x++]));
                y++;
            }
            else if (y == after.Length || (x < before.Length && common[x + 1, y] >= common[x, y + 1]))
            {
                lines.Add(('-', before[x++]));
            }
            else
            {
                lines.Add(('+', after[y++]));
            }
        }

        return lines;
    }
}
