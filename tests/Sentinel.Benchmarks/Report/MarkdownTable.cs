using System.Text;

namespace Sentinel.Benchmarks.Report;

/// <summary>A table of a Markdown page, row by row.</summary>
internal sealed class MarkdownTable
{
    private readonly StringBuilder _text = new();
    private readonly int _columns;

    public MarkdownTable(params IReadOnlyList<string> titles)
    {
        _columns = titles.Count;
        Add(titles);
        _text.Append('|').Insert(_text.Length, "---|", _columns).Append('\n');
    }

    /// <exception cref="ArgumentException">The row is longer or shorter than the titles.</exception>
    public void Add(params IReadOnlyList<string> cells)
    {
        if (cells.Count != _columns)
        {
            throw new ArgumentException($"{cells.Count} cells for {_columns} columns.", nameof(cells));
        }

        _text.Append("| ")
            .AppendJoin(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))
            .Append(" |\n");
    }

    public override string ToString() => _text.ToString();
}
