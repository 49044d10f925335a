using System.CommandLine;
using Sentinel.Audit.Reading;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary><c>sentinel audit tail</c>: the last calls, and those to come.</summary>
internal static class TailCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    private static readonly Option<bool> Follow = new("--follow", "-f")
    {
        Description = "Go on with calls as they are recorded, until Ctrl+C. None is missed, however late a gateway "
            + "commits it.",
    };

    private static readonly Option<int> Lines = AuditFilters.Limit("--lines", "The last so many calls.", 20);

    private static readonly Option<bool> JsonLines = new("--json")
    {
        Description = "Print a line of JSON for each call, with every column.",
    };

    public static Command Create()
    {
        Lines.Aliases.Add("-n");
        var command = new AnsweringCommand(
            "tail",
            "Show the last recorded calls, the newest last. " + AuditAnswer.ExitCodes
            + " With --follow, Ctrl+C ends it with 0.")
        {
            SharedOptions.Config,
            Follow,
            Lines,
        };
        AuditFilters.AddTo(command, withTimes: false);
        command.Add(JsonLines);
        // With an end, so that a server that is gone without a word is noticed.
        AuditAnswer.SetAction(command, RunAsync, AuditReader.DefaultTimeout);
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed,
        IAuditReader reader,
        AuditConsole console,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var isFollowing = parsed.GetValue(Follow);
        var filter = AuditFilters.Read(parsed, time.GetUtcNow());
        using var writer = RowWriter.For(console, parsed.GetValue(JsonLines) ? RowFormat.Json : RowFormat.Table);
        var tail = new AuditTail(reader);
        try
        {
            await tail.StartAsync(cancellationToken);
            var last = await LastAsync(
                reader, filter with { Limit = parsed.GetValue(Lines) }, console, time, cancellationToken);
            // What is ahead was stored in between, and comes with the first step.
            foreach (var row in last.Where(row => !isFollowing || !tail.IsAhead(row)))
            {
                await writer.WriteAsync(row);
            }

            await writer.EndAsync(moreFollow: isFollowing);
            await console.Output.FlushAsync(cancellationToken);
            if (!isFollowing)
            {
                return last.Count > 0 ? 0 : 1;
            }

            await FollowAsync(tail, filter, writer, console, time, cancellationToken);
        }
        catch (OperationCanceledException) when (isFollowing && cancellationToken.IsCancellationRequested)
        {
            // The way to end it.
        }

        return 0;
    }

    private static async Task<List<StoredRow>> LastAsync(
        IAuditReader reader,
        AuditQuery query,
        AuditConsole console,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var waiting = ProgressLine.Waiting(console, time);
        var rows = new List<StoredRow>();
        await foreach (var row in reader.ReadAsync(
            query with { Order = AuditOrder.NewestFirst }, cancellationToken))
        {
            rows.Add(row);
        }

        rows.Reverse();
        return rows;
    }

    private static async Task FollowAsync(
        AuditTail tail,
        AuditQuery filter,
        RowWriter writer,
        AuditConsole console,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var isAway = false;
        while (true)
        {
            var interval = Interval;
            try
            {
                await foreach (var row in tail.StepAsync(filter, cancellationToken))
                {
                    await writer.WriteAsync(row);
                }

                await console.Output.FlushAsync(cancellationToken);
                isAway = false;
            }
            catch (AuditReadException exception)
            {
                if (!isAway)
                {
                    await console.Error.WriteLineAsync($"{exception.Message} It is asked again until it answers.");
                }

                isAway = true;
                interval = RetryInterval;
            }

            await Task.Delay(interval, time, cancellationToken);
        }
    }
}
