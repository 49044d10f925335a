using System.Text;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Cli.Audit;
using Sentinel.Gateway.Records;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Cli.Audit;

/// <summary>A file goes on after its last whole row, wherever it was cut off.</summary>
public sealed class ExportFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Goes_on_after_the_last_whole_row_wherever_it_was_cut(bool isCsv)
    {
        StoredRow[] rows = [.. Enumerable.Range(1, 3).Select(id => Row(id))];
        var header = isCsv ? RowCsv.Header : "";
        var lines = rows.Select(row => Line(row, isCsv)).ToList();
        var whole = Encoding.UTF8.GetBytes(header + string.Concat(lines));
        var ends = lines.Select((_, i) => Encoding.UTF8.GetByteCount(header + string.Concat(lines.Take(i + 1)))).ToList();
        var path = _folder.File("export");
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);

            var (file, last) = ExportFile.Resume(path, isCsv);
            file.Dispose();

            var rowsLeft = ends.Count(end => end <= length);
            Assert.Equal(rowsLeft == 0 ? null : rows[rowsLeft - 1].Cursor, last);
            Assert.Equal(whole[..(rowsLeft == 0 ? 0 : ends[rowsLeft - 1])], File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void Finds_a_row_that_is_longer_than_what_it_reads_at_once()
    {
        var row = Row(7) with { RequestArgs = Encoding.UTF8.GetBytes($"\"{new string('x', 300_000)}\"") };
        File.WriteAllText(_folder.File("export"), Line(Row(1), isCsv: false) + Line(row, isCsv: false) + "{\"id\":");

        var (file, last) = ExportFile.Resume(_folder.File("export"), isCsv: false);
        file.Dispose();

        Assert.Equal(row.Cursor, last);
    }

    [Fact]
    public void Begins_where_there_is_no_file()
    {
        var (file, last) = ExportFile.Resume(_folder.File("new"), isCsv: true);
        file.Dispose();

        Assert.Null(last);
    }

    [Theory]
    [InlineData("some notes\nof mine\n", false)]
    [InlineData("some notes", false)]
    [InlineData("{\"id\":1}\n", false)]
    [InlineData("{\"id\":\"x\",\"timestamp\":5}\n", false)]
    [InlineData("{\"id\":1,\"timestamp\":\"yesterday\"}\n", false)]
    [InlineData("id,request_id\r\n1,2\r\n", true)]
    [InlineData("HEADER1,2,3,4\r\n", true)]
    [InlineData("HEADERx,y,z\r\n", true)]
    public void Leaves_alone_what_is_no_export(string text, bool isCsv)
    {
        text = text.Replace("HEADER", RowCsv.Header, StringComparison.Ordinal);
        File.WriteAllText(_folder.File("export"), text);

        Assert.Throws<AuditReadException>(() => ExportFile.Resume(_folder.File("export"), isCsv));

        Assert.Equal(text, File.ReadAllText(_folder.File("export")));
    }

    [Fact]
    public void Does_not_overwrite_a_file()
    {
        File.WriteAllText(_folder.File("export"), "mine");

        Assert.Throws<AuditReadException>(() => ExportFile.Create(_folder.File("export")));

        Assert.Equal("mine", File.ReadAllText(_folder.File("export")));
    }

    public void Dispose() => _folder.Dispose();

    private static StoredRow Row(int id) => HostileOutputTests.Row("a\nb,\"ä") with { Id = id };

    private static string Line(StoredRow row, bool isCsv)
    {
        using var json = new RowJson();
        return isCsv ? RowCsv.Line(row) : json.Line(row) + "\n";
    }
}
