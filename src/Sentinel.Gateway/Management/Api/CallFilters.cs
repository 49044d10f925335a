using System.Globalization;
using Sentinel.Audit;
using Sentinel.Audit.Reading;
using Sentinel.Gateway.Records;

namespace Sentinel.Gateway.Management.Api;

/// <summary>Reads from a URL which calls are asked for, as the terminal's options say it.</summary>
internal static class CallFilters
{
    /// <summary>What every question about calls takes.</summary>
    public static readonly string[] Names =
    [
        "from", "to", "caller", "role", "tool", "backend", "outcome", "reason", "session", "trace", "request",
        "argument",
    ];

    private const int ArgumentsMax = 16;

    /// <summary>The query, or what is wrong with it.</summary>
    /// <param name="query">The URL's.</param>
    /// <param name="now">What "ago" is reckoned from.</param>
    /// <param name="further">What else this endpoint takes.</param>
    public static (AuditQuery? Query, ApiError? Error) Read(
        IQueryCollection query,
        DateTimeOffset now,
        params IEnumerable<string> further)
    {
        var problem = Problem(query, [.. Names, .. further]);
        var parsed = new AuditQuery
        {
            From = Time(query, "from", now, ref problem),
            To = Time(query, "to", now, ref problem),
            Caller = Text(query, "caller"),
            Role = Text(query, "role"),
            Tool = Text(query, "tool"),
            Backend = Text(query, "backend"),
            Outcome = Choice<AuditOutcome>(query, "outcome", ref problem),
            Reason = Text(query, "reason"),
            SessionHash = Text(query, "session"),
            TraceId = Text(query, "trace"),
            RequestId = RequestId(query, ref problem),
            Arguments = Arguments(query, ref problem),
        };
        return problem is null ? (parsed, null) : (null, ApiError.BadRequest(problem));
    }

    /// <summary>What is wrong with the names in a URL's query; null for nothing.</summary>
    public static string? Problem(IQueryCollection query, IReadOnlyCollection<string> names, params string[] repeatable)
    {
        foreach (var (name, values) in query)
        {
            if (!names.Contains(name, StringComparer.Ordinal))
            {
                return $"There is no parameter '{name}' here; there are {string.Join(", ", names)}.";
            }

            if (values.Count > 1 && name != "argument" && !repeatable.Contains(name, StringComparer.Ordinal))
            {
                return $"'{name}' may stand only once.";
            }
        }

        return null;
    }

    /// <summary>A text; null where there is none or an empty one.</summary>
    public static string? Text(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values[0] is { Length: > 0 } text ? text : null;

    public static DateTimeOffset? Time(IQueryCollection query, string name, DateTimeOffset now, ref string? problem)
    {
        if (Text(query, name) is not { } text)
        {
            return null;
        }

        if (TimeWords.TryParse(text, now, out var time))
        {
            return time;
        }

        problem ??= $"'{name}' takes a time such as {TimeWords.Examples}.";
        return null;
    }

    /// <summary>One of an enumeration's names in lower case.</summary>
    public static T? Choice<T>(IQueryCollection query, string name, ref string? problem)
        where T : struct, Enum
    {
        if (Text(query, name) is not { } text)
        {
            return null;
        }

        var names = Enum.GetNames<T>().Select(one => one.ToLowerInvariant()).ToList();
        if (names.IndexOf(text) is >= 0 and var place)
        {
            return Enum.GetValues<T>()[place];
        }

        problem ??= $"'{name}' takes one of {string.Join(", ", names)}.";
        return null;
    }

    /// <summary>A whole number within bounds.</summary>
    public static int Number(
        IQueryCollection query,
        string name,
        int usual,
        int most,
        ref string? problem)
    {
        if (Text(query, name) is not { } text)
        {
            return usual;
        }

        if (int.TryParse(text, CultureInfo.InvariantCulture, out var number)
            && number >= 1
            && number <= most)
        {
            return number;
        }

        problem ??= string.Create(
            CultureInfo.InvariantCulture, $"'{name}' takes a number from 1 to {most}.");
        return usual;
    }

    private static Guid? RequestId(IQueryCollection query, ref string? problem)
    {
        if (Text(query, "request") is not { } text)
        {
            return null;
        }

        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        problem ??= "'request' takes the id that a response header named.";
        return null;
    }

    private static List<AuditArgument> Arguments(IQueryCollection query, ref string? problem)
    {
        var arguments = new List<AuditArgument>();
        foreach (var text in query["argument"])
        {
            if (string.IsNullOrEmpty(text))
            {
                continue;
            }

            if (ArgumentWords.Read(text, out var fault) is { } argument && arguments.Count < ArgumentsMax)
            {
                arguments.Add(argument);
            }
            else
            {
                problem ??= $"'argument': {fault ?? $"{ArgumentsMax} at most"}.";
            }
        }

        return arguments;
    }
}
