using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Sentinel.Audit;
using Sentinel.Audit.Migrations;
using Sentinel.Audit.Reading;
using Sentinel.Benchmarks.Report;
using Sentinel.Tests.Shared;

namespace Sentinel.Benchmarks.Query;

/// <summary>What each question of the command line costs on a large table, and by which index it is answered.</summary>
internal static partial class QueryBenchmark
{
    private const int Rounds = 5;

    public static async Task<int> RunAsync(int rows)
    {
        await Console.Out.WriteLineAsync($"{Machine.Describe()}\n");
        await using var server = await PostgresServer.CreateAsync();
        var database = await server.NewDatabaseAsync();
        var url = server.ConnectionString(database);
        await using (var runner = new MigrationRunner(url))
        {
            await runner.RunAsync();
        }

        var startedAt = TimeProvider.System.GetTimestamp();
        await QueryRows.FillAsync(server, database, rows);
        var seconds = TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
        var size = (await server.QueryAsync<string>(
            database, "SELECT pg_size_pretty(pg_database_size(current_database()))"))[0];
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{rows:N0} rows in {seconds:F0} s, {size}\n"));
        await using var reader = AuditReader.Open(new AuditOptions(), _ => url, Timeout.InfiniteTimeSpan);
        await Console.Out.WriteLineAsync("| question | found | first, ms | median, ms | by |\n|---|---|---|---|---|");
        foreach (var question in Questions(rows))
        {
            await MeasureAsync(reader, url, question);
        }

        await ExportBenchmark.RunAsync(url, rows);

        return 0;
    }

    private static async Task MeasureAsync(IAuditReader reader, string url, Question question)
    {
        var times = new List<double>();
        var found = 0L;
        for (var round = 0; round <= Rounds; round++)
        {
            var startedAt = TimeProvider.System.GetTimestamp();
            found = await question.AskAsync(reader);
            times.Add(TimeProvider.System.GetElapsedTime(startedAt).TotalMilliseconds);
        }

        var plan = await ExplainAsync(url, question);
        var indexes = Scan().Matches(plan)
            .Select(match => Partition().Replace(match.Groups["name"].Value, ""))
            .Select(name => name == "Scan" ? "every row" : name)
            .Distinct(StringComparer.Ordinal);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"| {question.Text} | {found:N0} | {times[0]:N1} | {times.Skip(1).Order().ElementAt(Rounds / 2):N1} "
            + $"| {string.Join(", ", indexes)} |"));
    }

    private static IEnumerable<Question> Questions(int rows)
    {
        var page = new AuditQuery { Order = AuditOrder.NewestFirst, Limit = 51 };
        var old = new AuditCursor(
            (DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond)
            + TimeProvider.System.GetUtcNow().AddDays(-60).ToUnixTimeMilliseconds() * 1000, rows / 3);
        yield return Question.Page("the newest 50", page);
        yield return Question.Page("a page two months back", page with { After = old });
        yield return Question.Page("a caller", page with { Caller = "caller-7" });
        yield return Question.Page("a rare caller", page with { Caller = "rare" });
        yield return Question.Page("a tool", page with { Tool = "tool_3" });
        yield return Question.Page("a tool's pattern", page with { Tool = "*ol_3?" });
        yield return Question.Page("a backend", page with { Backend = "backend_2" });
        yield return Question.Page("a role", page with { Role = "admin" });
        yield return Question.Page("denied", page with { Outcome = AuditOutcome.Denied });
        yield return Question.Page("a reason", page with { Reason = "tool_error" });
        yield return Question.Page("one call", page with { RequestId = QueryRows.KnownRequest });
        yield return Question.Page("a session, of its day", page with
        {
            SessionHash = QueryRows.KnownSession,
            From = TimeProvider.System.GetUtcNow().AddDays(-1),
        });
        yield return Question.Page("a session, whenever", page with { SessionHash = QueryRows.KnownSession });
        yield return Question.Page("an argument", page with { Arguments = [new(["project"], "P7")] });
        yield return Question.Page("an argument that nobody sent", page with { Arguments = [new(["project"], "none")] });
        var lastDay = new AuditQuery { From = TimeProvider.System.GetUtcNow().AddDays(-1), Limit = 50 };
        yield return Question.Statistics("figures of a day, by tool", lastDay, AuditGrouping.Tool);
        yield return Question.Statistics("figures of a day, by caller", lastDay, AuditGrouping.Caller);
        yield return Question.Statistics("figures of a day, by hour", lastDay, AuditGrouping.Hour);
        yield return Question.Statistics(
            "figures of everything, by tool", lastDay with { From = null }, AuditGrouping.Tool);
        yield return Question.Spans("what a writer has stored since", new AuditSpan(
            QueryRows.LastChain(), Math.Max(0, QueryRows.LastSeq(rows) - 100), QueryRows.LastSeq(rows)));
    }

    private static async Task<string> ExplainAsync(string url, Question question)
    {
        await using var connection = new NpgsqlConnection(url + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var setting in question.SwitchedOff)
        {
            await using var set = new NpgsqlCommand($"SET {setting} = off", connection);
            await set.ExecuteNonQueryAsync();
        }

        await using var command = new NpgsqlCommand("EXPLAIN " + question.Sql.Text, connection);
        foreach (var (name, value) in question.Sql.Values)
        {
            command.Parameters.Add(PostgresAuditReader.Parameter(name, value));
        }

        var lines = new List<string>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    [GeneratedRegex(
        @"(Index (Only )?Scan( Backward)? using |Bitmap Index Scan on |Seq (?=Scan on \w*\d))(?<name>\w+)",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Scan();

    [GeneratedRegex(@"^audit_log_(\d{4}_\d\d|default)_", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Partition();
}
