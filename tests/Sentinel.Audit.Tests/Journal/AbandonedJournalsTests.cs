using Sentinel.Audit.Journal;
using Xunit;

namespace Sentinel.Audit.Tests.Journal;

public sealed class AbandonedJournalsTests : IDisposable
{
    private readonly JournalRig _journals = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-recover-").FullName;

    public void Dispose()
    {
        _journals.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_journal_that_was_put_back_is_named_and_the_others_are_written()
    {
        var (putBack, sound) = (Leave(1), Leave(2, beside: 1));
        var backup = Directory.GetFiles(putBack, "*.journal").ToDictionary(path => path, File.ReadAllBytes);
        Assert.All(await RecoverAsync(), report => Assert.True(report is { Rows: 1, Fault: null }, report.ToString()));
        using (var again = _journals.Open())
        {
            Assert.Equal(putBack, again.Path);
            Assert.True(again.TryWhole(Some.Entry(3)));
        }

        await RecoverAsync();
        foreach (var segment in Directory.EnumerateFiles(putBack, "*.journal"))
        {
            File.Delete(segment);
        }

        foreach (var (path, bytes) in backup)
        {
            await File.WriteAllBytesAsync(path, bytes);
        }

        var reports = await RecoverAsync();

        Assert.Equal([putBack, sound], reports.Select(report => report.Path));
        Assert.Contains("put back to an older state", reports[0].Fault);
        Assert.Null(reports[1].Fault);
    }

    [Fact]
    public async Task A_store_that_is_away_is_said_in_a_sentence()
    {
        Leave(1);
        var options = new AuditOptions { Store = AuditStoreKind.Postgres };

        var exception = await Assert.ThrowsAsync<JournalRecoveryException>(() => AbandonedJournals.RecoverAsync(
            _journals.Root, options, _ => "postgres://nobody@127.0.0.1:1/none", CancellationToken.None));

        Assert.Contains("nothing was written", exception.Message);
    }

    // A folder with one row; while it is made, so many others are held.
    private string Leave(int number, int beside = 0)
    {
        var held = Enumerable.Range(0, beside).Select(_ => _journals.Open()).ToList();
        using var journal = _journals.Open();
        Assert.True(journal.TryWhole(Some.Entry(number)));
        held.ForEach(other => other.Dispose());
        return journal.Path;
    }

    private Task<IReadOnlyList<RecoveredJournalReport>> RecoverAsync() => AbandonedJournals.RecoverAsync(
        _journals.Root,
        new AuditOptions { Store = AuditStoreKind.Sqlite, Sqlite = new() { Path = Path.Combine(_folder, "audit.db") } },
        _ => null,
        CancellationToken.None);
}
