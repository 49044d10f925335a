namespace Sentinel.Audit.Redaction;

/// <summary>Where a pass through one document is on the paths.</summary>
/// <param name="matcher">The paths, or null for none.</param>
/// <param name="sets">Room for one set for each level of nesting.</param>
internal readonly ref struct RedactPlace(RedactMatcher? matcher, Span<ulong> sets)
{
    private readonly Span<ulong> _sets = sets;

    /// <summary>Steps into the document's outermost value.</summary>
    public void Begin() => matcher?.First.CopyTo(_sets[matcher.Words..]);

    /// <summary>Goes on to a member of the object at this depth.</summary>
    /// <param name="key">Its key as UTF-8, unescaped.</param>
    /// <param name="depth">One for members of the outermost object.</param>
    /// <returns>Whether its value is to be hidden.</returns>
    public bool Enter(ReadOnlySpan<byte> key, int depth) =>
        matcher is not null && matcher.Enter(At(depth), key, At(depth + 1));

    /// <summary>Goes on to an item of the array at this depth.</summary>
    /// <inheritdoc cref="Enter"/>
    public bool EnterItem(int depth) => matcher is not null && matcher.EnterItem(At(depth), At(depth + 1));

    private Span<ulong> At(int depth) => _sets.Slice(depth * matcher!.Words, matcher.Words);
}
