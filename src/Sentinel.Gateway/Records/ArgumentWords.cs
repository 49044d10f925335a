using Sentinel.Audit.Reading;
using Sentinel.Gateway.Rbac;

namespace Sentinel.Gateway.Records;

/// <summary>Reads <c>PATH=VALUE</c>: an argument of the call and what it has to be.</summary>
internal static class ArgumentWords
{
    /// <param name="text">What somebody typed.</param>
    /// <param name="problem">What to write instead; null where it can be read.</param>
    public static AuditArgument? Read(string text, out string? problem)
    {
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        if (sign < 0)
        {
            problem = "write PATH=VALUE, such as project=OPS";
            return null;
        }

        var steps = ArgumentPath.Read(text[..sign], out problem);
        if (steps is null)
        {
            return null;
        }

        problem = steps.Contains(ArgumentPath.EveryElement)
            ? "it looks at keys of objects, and enters no arrays"
            : null;
        return problem is null
            ? new AuditArgument([.. steps.Select(step => step[1..])], text[(sign + 1)..])
            : null;
    }
}
