using System.CommandLine;
using System.Text;
using Sentinel.Audit.Reading;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary><c>sentinel audit export</c>: every call that is asked for, to a file or a pipe.</summary>
internal static class ExportCommand
{
    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "The file to write; to standard output unless given.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Resume = new("--resume")
    {
        Description = "Go on with the file after its last whole row; give the same options as before.",
    };

    private static readonly Option<bool> JsonLines = new("--json")
    {
        Description = "Write a line of JSON for each call, with every column; the default.",
    };

    private static readonly Option<bool> Csv = new("--csv")
    {
        Description = "Write CSV instead. A text that a spreadsheet would take for a formula gets an apostrophe.",
    };

    public static Command Create()
    {
        var command = new AnsweringCommand(
            "export", "Write all recorded calls that are asked for, the oldest first. " + AuditAnswer.ExitCodes)
        {
            SharedOptions.Config,
            Output,
            Resume,
        };
        AuditFilters.AddTo(command);
        command.Add(JsonLines);
        command.Add(Csv);
        command.Validators.Add(result =>
        {
            if (result.GetValue(Resume) && result.GetValue(Output) is null)
            {
                result.AddError("--resume needs the file that --output names.");
            }
        });
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
        var isCsv = parsed.GetValue(Csv);
        var format = isCsv ? RowFormat.Csv : RowFormat.Json;
        var now = time.GetUtcNow();
        var query = AuditFilters.Read(parsed, now);
        if (parsed.GetValue(Output) is not { } path)
        {
            // Nobody wants a bar among the rows.
            var rows = await CopyAsync(
                reader, query, format, false, console with { IsWatched = console.IsWatched && console.Width is null },
                time, cancellationToken);
            return rows > 0 ? 0 : 1;
        }

        var (file, last) = parsed.GetValue(Resume) ? ExportFile.Resume(path, isCsv) : (ExportFile.Create(path), null);
        await using (file)
        {
            await using var writer = new StreamWriter(file, new UTF8Encoding(false)) { NewLine = "\n" };
            var written = await CopyAsync(
                reader,
                query with { After = last },
                format,
                last is not null,
                console with { Output = writer },
                time,
                cancellationToken);
            await writer.FlushAsync(cancellationToken);
            await console.Error.WriteLineAsync(AuditConsole.Text($"{written:N0} calls written to {path}"));
            return written > 0 || last is not null ? 0 : 1;
        }
    }

    private static async Task<long> CopyAsync(
        IAuditReader reader,
        AuditQuery query,
        RowFormat format,
        bool goesOn,
        AuditConsole console,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var writer = RowWriter.For(console, format, hasBegun: goesOn);
        var bar = new ExportBar(query.To ?? time.GetUtcNow());
        using var progress = new ProgressLine(console, time, bar.Text);
        await foreach (var row in reader.ReadAsync(query, cancellationToken))
        {
            await writer.WriteAsync(row);
            bar.Advance(row.TimestampMicros);
        }

        return bar.Rows;
    }
}
