namespace Sentinel.Benchmarks.Report;

/// <summary>The part of a page that a program writes, between two comments.</summary>
internal static class MarkedSection
{
    /// <summary>The page with the section's text replaced.</summary>
    /// <param name="page">The whole of it.</param>
    /// <param name="name">What the comments say before <c>: begin</c> and <c>: end</c>.</param>
    /// <param name="text">What stands between them from now on.</param>
    /// <exception cref="FormatException">The page has not both comments, once each and in order.</exception>
    public static string Replace(string page, string name, string text)
    {
        var (begin, end) = ($"<!-- {name}: begin -->", $"<!-- {name}: end -->");
        var from = page.IndexOf(begin, StringComparison.Ordinal);
        var to = page.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from
            || page.LastIndexOf(begin, StringComparison.Ordinal) != from
            || page.LastIndexOf(end, StringComparison.Ordinal) != to)
        {
            throw new FormatException($"The page needs '{begin}' and, below it, '{end}', once each.");
        }

        return $"{page[..(from + begin.Length)]}\n{text.Trim('\n')}\n{page[to..]}";
    }
}
