using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>The SQL that docs/audit.md gives to auditors finds what its question asks for.</summary>
public sealed partial class AuditorQuestionsTests(PostgresFixture postgres)
{
    private const string Known = "0190c0de-0000-7000-9000-000000000001";

    [Fact]
    public async Task Each_answers_its_question()
    {
        var (server, database) = await postgres.MigratedAsync();
        await FillAsync(server, database);

        var answers = new List<string>();
        foreach (var (number, sql) in Questions())
        {
            answers.Add($"{number}: {string.Join(" | ", await AskAsync(server, database, sql))}");
        }

        Assert.Equal(
            [
                "1: github,create_issue,success,,{\"project\": \"OPS\"} | github,delete_repo,denied,rbac,",
                "2: bob,analyst,2 | alice,analyst,1",
                "3: alice,success",
                "4: alice,github,delete_repo,rbac,no grant,1",
                $"5: {Known}",
                "6: alice,create_issue,success, | bob,create_issue,error,It broke",
                "7: github,create_issue,3,1,9.0000000000000000 | github,search,1,0,2.0000000000000000 "
                + "| github,delete_repo,1,0,",
                "8: bob,,2",
                "9: analyst: github/*,5,3",
                $"10: {Some.WriterId},1",
            ],
            answers);
    }

    [Fact]
    public async Task The_last_finds_nothing_where_nothing_is_missing()
    {
        var (server, database) = await postgres.MigratedAsync();
        await using (var store = PostgresFixture.Store(server.ConnectionString(database)))
        {
            await store.AppendAsync(Some.Batch(Some.Rows(5)), CancellationToken.None);
        }

        Assert.Empty(await AskAsync(server, database, Questions()[^1].Sql));
    }

    private static List<(string Number, string Sql)> Questions()
    {
        var page = File.ReadAllText(Artifacts.Source("docs/audit.md"));
        var block = Block().Match(page[page.IndexOf("## Ten questions", StringComparison.Ordinal)..]).Groups["sql"].Value;
        var questions = block.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(sql => (Number: Number().Match(sql).Groups["number"].Value, Sql: sql))
            .ToList();
        Assert.Equal(Enumerable.Range(1, 10).Select(i => i.ToString(CultureInfo.InvariantCulture)),
            questions.Select(question => question.Number));
        return questions;
    }

    // Without times, which are those of the test; without what else differs.
    private static async Task<List<string>> AskAsync(PostgresServer server, string database, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.FieldCount > 30
                ? Convert.ToString(reader["request_id"], CultureInfo.InvariantCulture)!
                : string.Join(',', Enumerable.Range(0, reader.FieldCount)
                    .Select(reader.GetValue)
                    .Where(value => value is not DateTime)
                    .Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    // "Today" must not begin between a row's time and the question: rows of today are at its first moment.
    private static Task FillAsync(PostgresServer server, string database) => server.ExecuteAsync(
        database,
        $$"""
          INSERT INTO public.audit_log (request_id, "timestamp", client_subject, client_role, tool_name, backend_name,
              request_args, response_status, error_message, reason, latency_ms, latency_us, session_hash, decision,
              journal_id, seq)
          SELECT request_id::uuid, at, caller, 'analyst', tool, 'github', args::jsonb, status, error, reason, us / 1000,
              us, session, decision, '{{Some.WriterId}}', 1
          FROM (VALUES
              ('{{Known}}', now(), 'alice', 'create_issue', '{"arguments": {"project": "OPS"} }',
                  'success', NULL, NULL, 3000, 's1', 'analyst: github/*'),
              ('{{Known[..^1]}}2', now(), 'alice', 'delete_repo', '{}', 'denied', 'No', 'rbac', 0, 's2', 'no grant'),
              ('{{Known[..^1]}}3', now() + interval '1 second', 'bob', 'create_issue',
                  '{"arguments": {"project": "ops"} }', 'error', 'It broke', 'tool_error', 9000, 's1', 'analyst: github/*'),
              ('{{Known[..^1]}}4', now() + interval '2 seconds', 'bob', 'create_issue', '{}',
                  'success', NULL, NULL, 4000, 's3', 'analyst: github/*'),
              ('{{Known[..^1]}}5', now() + interval '3 seconds', 'carol', 'search', '{}',
                  'success', NULL, NULL, 2000, 's4', 'analyst: github/*'),
              ('{{Known[..^1]}}6', now() - interval '60 days', 'carol', 'search', '{}',
                  'success', NULL, NULL, 2000, 's5', 'analyst: github/*'),
              ('{{Known[..^1]}}7', now() - interval '50 days', 'alice', 'search', '{}',
                  'denied', NULL, 'rbac', 2000, 's6', 'no grant')
          ) AS rows (request_id, at, caller, tool, args, status, error, reason, us, session, decision);
          UPDATE public.audit_log SET seq = n.seq
          FROM (SELECT id, row_number() OVER (PARTITION BY date_trunc('month', "timestamp", 'UTC') ORDER BY id) AS seq
                FROM public.audit_log) AS n
          WHERE n.id = audit_log.id;
          UPDATE public.audit_log SET seq = seq + 1 WHERE client_subject = 'carol' AND "timestamp" > now()
          """);

    [GeneratedRegex("```sql\n(?<sql>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"-- (?<number>\d+)\. ", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
