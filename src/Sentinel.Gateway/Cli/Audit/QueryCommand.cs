using System.CommandLine;
using Sentinel.Audit.Reading;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary><c>sentinel audit query</c>: which calls were made, the newest first.</summary>
internal static class QueryCommand
{
    private const int TableRows = 200;

    private static readonly Option<Guid?> Request = new("--request")
    {
        Description = "One call in full, by the id in its response header.",
        HelpName = "ID",
    };

    private static readonly Option<int> Limit = AuditFilters.Limit("--limit", "Calls at most.", 50);

    private static readonly Option<string?> After = new("--after")
    {
        Description = "Go on where a page ended; it said what to give here.",
        HelpName = "CURSOR",
    };

    private static readonly Option<bool> OldestFirst = new("--oldest-first")
    {
        Description = "The oldest call first.",
    };

    private static readonly Option<bool> JsonLines = new("--json")
    {
        Description = "Print a line of JSON for each call, with every column.",
    };

    private static readonly Option<bool> Csv = new("--csv")
    {
        Description = "Print CSV with every column. A text that a spreadsheet would take for a formula gets an "
            + "apostrophe.",
    };

    public static Command Create()
    {
        var command = new AnsweringCommand(
            "query", "Find recorded calls, the newest first. " + AuditAnswer.ExitCodes)
        {
            SharedOptions.Config,
        };
        AuditFilters.AddTo(command);
        foreach (var option in new Option[] { Request, Limit, After, OldestFirst, JsonLines, Csv })
        {
            command.Add(option);
        }

        AuditFilters.AllowOneFormat(command, JsonLines, Csv);
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
        var limit = parsed.GetValue(Limit);
        var query = AuditFilters.Read(parsed, time.GetUtcNow()) with
        {
            RequestId = parsed.GetValue(Request),
            Order = parsed.GetValue(OldestFirst) ? AuditOrder.OldestFirst : AuditOrder.NewestFirst,
            // One more says whether there are more.
            Limit = (int)Math.Min(limit + 1L, int.MaxValue),
            After = ReadCursor(parsed.GetValue(After)),
        };
        using var writer = RowWriter.For(
            console,
            parsed.GetValue(JsonLines) ? RowFormat.Json
                : parsed.GetValue(Csv) ? RowFormat.Csv
                : query.RequestId is not null ? RowFormat.Record
                : RowFormat.Table,
            TableRows);
        var waiting = ProgressLine.Waiting(console, time);
        var count = 0;
        StoredRow? last = null;
        try
        {
            await foreach (var row in reader.ReadAsync(query, cancellationToken))
            {
                waiting.Dispose();
                if (count == limit)
                {
                    await writer.EndAsync();
                    await console.Output.FlushAsync(cancellationToken);
                    await console.Error.WriteLineAsync($"There are more: --after {last!.Cursor}");
                    return 0;
                }

                await writer.WriteAsync(row);
                last = row;
                count++;
            }
        }
        finally
        {
            waiting.Dispose();
        }

        await writer.EndAsync();
        return count > 0 ? 0 : 1;
    }

    private static AuditCursor? ReadCursor(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return AuditCursor.TryParse(text, out var cursor)
            ? cursor
            : throw new AuditReadException("--after takes what the page before said, two numbers with a dash.");
    }
}
