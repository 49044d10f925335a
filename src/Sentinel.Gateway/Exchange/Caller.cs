namespace Sentinel.Gateway.Exchange;

/// <summary>The authenticated subject of a request.</summary>
internal sealed class Caller
{
    public const string AnonymousSubject = "anonymous";

    /// <param name="subject">The stable id, as the issuer states it.</param>
    /// <param name="roles">Effective roles: those the policy names.</param>
    public Caller(string subject, IEnumerable<string> roles)
    {
        Subject = subject;
        Roles = [.. roles.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        RoleText = string.Join(',', Roles);
        SubjectHeader = Uri.EscapeDataString(subject);
    }

    public string Subject { get; }

    /// <summary>Effective roles, sorted.</summary>
    public IReadOnlyList<string> Roles { get; }

    /// <summary>Effective roles, sorted, comma-separated.</summary>
    public string RoleText { get; }

    /// <summary>The subject, percent-encoded for a header.</summary>
    public string SubjectHeader { get; }

    public string? Issuer { get; init; }

    public string? Display { get; init; }
}
