namespace Sentinel.Audit.Stores;

/// <summary>What a failure says about the next attempt.</summary>
internal enum StoreFailure
{
    /// <summary>The store is away or busy. The same batch again, later; it may be in already.</summary>
    Temporary,

    /// <summary>
    /// The store refuses what is in the batch, and holds none of it. The same batch would fail again.
    /// </summary>
    Content,

    /// <summary>
    /// The store stands at an earlier place of the journal, as a standby that took over may. Go back there.
    /// </summary>
    Rewound,

    /// <summary>Nothing this writer does can be right any more.</summary>
    Final,
}

/// <summary>A store's failure, with what follows from it. The message holds no row's content.</summary>
internal sealed class AuditStoreException(StoreFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public StoreFailure Failure { get; } = failure;

    /// <summary>Set where asking again soon cannot help, because a person has to act first.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
