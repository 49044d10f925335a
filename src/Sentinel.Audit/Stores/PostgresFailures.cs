using Npgsql;

namespace Sentinel.Audit.Stores;

/// <summary>What an exception of Npgsql says about the next attempt.</summary>
internal static class PostgresFailures
{
    public static AuditStoreException Translate(Exception exception) => exception switch
    {
        AuditStoreException known => known,
        PostgresException { SqlState: var state } refusal when IsContent(state) =>
            new(StoreFailure.Content, $"PostgreSQL refused a value ({state} {refusal.ConstraintName})", exception),
        PostgresException { SqlState: var state, MessageText: var text } =>
            new(StoreFailure.Temporary, $"PostgreSQL: {state} {text}", exception),
        NpgsqlException or IOException or TimeoutException or OperationCanceledException
            or System.Net.Sockets.SocketException or ObjectDisposedException =>
            new(StoreFailure.Temporary, "PostgreSQL: " + Innermost(exception), exception),
        // Whatever else comes out of writing rows would come out again: a value that cannot be encoded.
        _ => new(StoreFailure.Content, $"A row could not be sent ({exception.GetType().Name})", exception),
    };

    // 22 data exception, 23 integrity constraint, 54 program limit (a key too long for an index, JSON too deep).
    private static bool IsContent(string state) =>
        state.StartsWith("22", StringComparison.Ordinal)
        || state.StartsWith("23", StringComparison.Ordinal)
        || state.StartsWith("54", StringComparison.Ordinal);

    private static string Innermost(Exception exception) =>
        exception.InnerException is { } inner and not PostgresException
            ? $"{exception.Message} ({inner.Message})"
            : exception.Message;
}
