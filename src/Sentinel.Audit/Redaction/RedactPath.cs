using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Sentinel.Audit.Redaction;

/// <summary>Which values of a call's <c>params</c> are never recorded, as <c>Audit.Redact</c> spells it.</summary>
/// <remarks>
/// <c>$</c> is the <c>params</c> object. <c>.name</c> is a member, <c>..name</c> a member at any depth below,
/// <c>[*]</c> every item of an array. In a name <c>*</c> stands for any run of characters; case makes no difference.
/// </remarks>
public sealed class RedactPath : IParsable<RedactPath>
{
    private const string Example = "write for example $.arguments.password, $.arguments.rows[*].iban or $..*_pin";

    private readonly string _text;

    private RedactPath(string text, IReadOnlyList<RedactStep> steps)
    {
        _text = text;
        Steps = steps;
    }

    internal IReadOnlyList<RedactStep> Steps { get; }

    /// <exception cref="FormatException">The text is no path; the message says what to write instead.</exception>
    public static RedactPath Parse(string s, IFormatProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(s);
        if (s.Length == 0 || s[0] != '$')
        {
            throw new FormatException($"'{s}' does not begin with $, which stands for params; {Example}.");
        }

        var steps = new List<RedactStep>();
        var at = 1;
        while (at < s.Length)
        {
            steps.Add(ReadStep(s, ref at));
        }

        return steps.Count > 0
            ? new RedactPath(s, steps)
            : throw new FormatException($"'$' is everything; {Example}.");
    }

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse(
        [NotNullWhen(true)] string? s,
        IFormatProvider? provider,
        [MaybeNullWhen(false)] out RedactPath result)
    {
        try
        {
            result = s is null ? null : Parse(s, provider);
        }
        catch (FormatException)
        {
            result = null;
        }

        return result is not null;
    }

    /// <summary>The path as it was written.</summary>
    public override string ToString() => _text;

    private static RedactStep ReadStep(string text, ref int at)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("[*]"))
        {
            at += 3;
            return new RedactStep(RedactStepKind.Item, []);
        }

        if (rest[0] != '.')
        {
            throw new FormatException(
                $"'{text}' cannot be read from '{rest}' on: after $ come .name, ..name or [*], and a dot or bracket "
                + $"within a name is written as *; {Example}.");
        }

        var kind = rest.StartsWith("..") ? RedactStepKind.Below : RedactStepKind.Member;
        at += kind == RedactStepKind.Below ? 2 : 1;
        rest = text.AsSpan(at);
        var end = rest.IndexOfAny('.', '[');
        var name = end < 0 ? rest : rest[..end];
        if (name.IsEmpty)
        {
            throw new FormatException($"'{text}' has no name after a dot; {Example}.");
        }

        at += name.Length;
        return new RedactStep(kind, Encoding.UTF8.GetBytes(name.ToString()));
    }
}

/// <summary>One step of a path.</summary>
/// <param name="Kind">Where the step leads.</param>
/// <param name="Name">The name as UTF-8, <c>*</c> for any run of bytes; empty for an item.</param>
internal sealed record RedactStep(RedactStepKind Kind, byte[] Name);

/// <summary>Where a step leads.</summary>
internal enum RedactStepKind
{
    /// <summary>To a member of this object.</summary>
    Member,

    /// <summary>To a member of this object or of whatever is below it.</summary>
    Below,

    /// <summary>To every item of this array.</summary>
    Item,
}
