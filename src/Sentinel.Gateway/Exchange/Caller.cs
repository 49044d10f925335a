namespace Sentinel.Gateway.Exchange;

/// <summary>The authenticated subject of a request.</summary>
internal sealed class Caller
{
    public const string AnonymousSubject = "anonymous";

    /// <summary>How the subject of a caller with an API key begins.</summary>
    public const string KeyPrefix = "key:";

    /// <param name="subject">The stable id, as the issuer states it.</param>
    /// <param name="roles">Effective roles: those the policy names.</param>
    public Caller(string subject, IEnumerable<string> roles)
    {
        Subject = subject;
        Roles = [.. roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        RoleText = string.Join(',', Roles);
        SubjectHeader = Uri.EscapeDataString(subject);
    }

    /// <summary>Whether a subject is one of ours, which no issuer may give: backends go by the subject alone.</summary>
    public static bool IsReserved(string subject) =>
        subject.Equals(AnonymousSubject, StringComparison.OrdinalIgnoreCase)
        || subject.StartsWith(KeyPrefix, StringComparison.OrdinalIgnoreCase);

    public string Subject { get; }

    /// <summary>Whether it is anybody: a request without a credential.</summary>
    public bool IsAnonymous => Issuer is null && Subject == AnonymousSubject;

    /// <summary>Effective roles, sorted.</summary>
    public IReadOnlyList<string> Roles { get; }

    /// <summary>Effective roles, sorted, comma-separated.</summary>
    public string RoleText { get; }

    /// <summary>The subject, percent-encoded for a header.</summary>
    public string SubjectHeader { get; }

    /// <summary>Who vouched: a token's <c>iss</c>; null for keys and anonymous callers.</summary>
    /// <remarks>Issuer and subject together identify a caller.</remarks>
    public string? Issuer { get; init; }

    /// <summary>The Entra ID tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>A name that a person can read; never decides anything.</summary>
    public string? Display { get; init; }

    /// <summary>The client application that the token was issued to.</summary>
    public string? App { get; init; }
}
