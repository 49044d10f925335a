using System.CommandLine;
using Sentinel.Audit.Reading;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary><c>sentinel audit stats</c>: how many calls, how many failed or were denied, how long they took.</summary>
internal static class StatsCommand
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromHours(24);

    private static readonly Option<string> By = new Option<string>("--by")
    {
        Description = "What to count by.",
        HelpName = "tool|caller|backend|hour|day",
        DefaultValueFactory = _ => "tool",
    }.AcceptOnlyFromAmong("tool", "caller", "backend", "hour", "day");

    private static readonly Option<int> Limit = AuditFilters.Limit(
        "--limit", "Groups at most: those with the most calls, or the latest hours or days.", 50);

    public static Command Create()
    {
        var command = new AnsweringCommand(
            "stats",
            "Count recorded calls, and those that failed or were denied, with the latency that half, 95 % and 99 % of "
            + "the others kept. Those of the last 24 hours unless --from says otherwise. " + AuditAnswer.ExitCodes)
        {
            SharedOptions.Config,
            By,
        };
        AuditFilters.AddTo(command);
        command.Add(Limit);
        command.Add(SharedOptions.Json);
        AuditAnswer.SetAction(command, RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        IAuditReader reader,
        AuditConsole console,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var query = AuditFilters.Read(parsed, now) with { Limit = parsed.GetValue(Limit) };
        var to = query.To ?? now;
        query = query with { From = query.From ?? to - DefaultRange };
        var grouping = Enum.Parse<AuditGrouping>(parsed.GetRequiredValue(By), ignoreCase: true);
        AuditStatistics statistics;
        using (ProgressLine.Waiting(console, time))
        {
            statistics = await reader.ReadStatisticsAsync(query, grouping, cancellationToken);
        }

        // One more than asked for may have come.
        var groups = statistics.Groups.Take(parsed.GetValue(Limit)).ToList();
        var writer = new StatsWriter(query.From.Value, to, reader.Name, grouping);
        await (parsed.GetValue(SharedOptions.Json)
            ? writer.WriteJsonAsync(statistics with { Groups = groups }, console.Output)
            : writer.WriteTextAsync(statistics with { Groups = groups }, console));
        return statistics.Total.Calls > 0 ? 0 : 1;
    }
}
