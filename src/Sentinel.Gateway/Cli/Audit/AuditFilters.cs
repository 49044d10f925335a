using System.CommandLine;
using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Cli.Audit;

/// <summary>The options that say which calls, alike for every verb that reads them.</summary>
internal static class AuditFilters
{
    public static readonly Option<string?> Caller = new("--caller")
    {
        Description = "The caller's subject, exactly.",
        HelpName = "SUBJECT",
    };

    public static readonly Option<string?> Role = new("--role")
    {
        Description = "A role that the caller had.",
        HelpName = "ROLE",
    };

    public static readonly Option<string?> Tool = new("--tool")
    {
        Description = "The tool; * stands for any run of characters, ? for one.",
        HelpName = "PATTERN",
    };

    public static readonly Option<string?> Backend = new("--backend")
    {
        Description = "The backend, with the same wildcards.",
        HelpName = "PATTERN",
    };

    public static readonly Option<string?> Outcome = new Option<string?>("--outcome")
    {
        Description = "What became of the call.",
        HelpName = "success|error|denied",
    }.AcceptOnlyFromAmong("success", "error", "denied");

    public static readonly Option<string?> Reason = new("--reason")
    {
        Description = "The stable code of a non-success, such as rbac or tool_error.",
        HelpName = "CODE",
    };

    public static readonly Option<string?> Session = new("--session")
    {
        Description = "The session's hash, as the rows have it.",
        HelpName = "HASH",
    };

    public static readonly Option<string[]> Argument = new("--argument")
    {
        Description = "An argument of the call and its value, such as project=OPS or owner.name=ann; may be repeated. "
            + "Keys with dots are written [\"a.b\"].",
        HelpName = "PATH=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    public static readonly Option<string?> From = new("--from")
    {
        Description = $"Calls that arrived then or later: {TimeWords.Examples}. UTC unless it says otherwise.",
        HelpName = "WHEN",
    };

    public static readonly Option<string?> To = new("--to")
    {
        Description = "Calls that arrived before then.",
        HelpName = "WHEN",
    };

    /// <summary>Makes a verb take all of them.</summary>
    public static void AddTo(Command command, bool withTimes = true)
    {
        Option[] times = withTimes ? [From, To] : [];
        foreach (var option in (Option[])[.. times, Caller, Role, Tool, Backend, Outcome, Reason, Session, Argument])
        {
            command.Add(option);
        }
    }

    /// <summary>Makes it a fault of the command line to ask for two ways of printing rows.</summary>
    public static void AllowOneFormat(Command command, Option<bool> json, Option<bool> csv) =>
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && result.GetValue(csv))
            {
                result.AddError("--json and --csv exclude each other.");
            }
        });

    /// <summary>The query that they describe.</summary>
    /// <exception cref="AuditReadException">One cannot be understood; the message says how to write it.</exception>
    public static AuditQuery Read(ParseResult parsed, DateTimeOffset now) => new()
    {
        From = ReadTime(parsed.GetValue(From), "--from", now),
        To = ReadTime(parsed.GetValue(To), "--to", now),
        Caller = parsed.GetValue(Caller),
        Role = parsed.GetValue(Role),
        Tool = parsed.GetValue(Tool),
        Backend = parsed.GetValue(Backend),
        Outcome = parsed.GetValue(Outcome) is { } outcome ? Enum.Parse<AuditOutcome>(outcome, ignoreCase: true) : null,
        Reason = parsed.GetValue(Reason),
        SessionHash = parsed.GetValue(Session),
        Arguments = [.. (parsed.GetValue(Argument) ?? []).Select(ReadArgument)],
    };

    /// <summary>A limit that has to be at least one.</summary>
    public static Option<int> Limit(string name, string description, int limit)
    {
        var option = new Option<int>(name)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => limit,
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} takes a number from 1 on.");
            }
        });
        return option;
    }

    private static DateTimeOffset? ReadTime(string? text, string option, DateTimeOffset now)
    {
        if (text is null)
        {
            return null;
        }

        return TimeWords.TryParse(text, now, out var time)
            ? time
            : throw new AuditReadException($"{option} takes a time such as {TimeWords.Examples}.");
    }

    private static AuditArgument ReadArgument(string text) =>
        ArgumentWords.Read(text, out var problem) ?? throw new AuditReadException($"--argument: {problem}.");
}
