namespace Sentinel.Gateway.Configuration.Binding;

/// <summary>Says what was probably meant by a key that does not exist.</summary>
internal static class Suggestion
{
    public static string ForUnknownKey(string key, IReadOnlyCollection<string> known)
    {
        var sameButCase = known.FirstOrDefault(k => string.Equals(k, key, StringComparison.OrdinalIgnoreCase));
        if (sameButCase is not null)
        {
            return $"unknown key '{key}'; keys are case-sensitive: write '{sameButCase}'";
        }

        return Nearest(key, known) is { } nearest
            ? $"unknown key '{key}'; did you mean '{nearest}'?"
            : $"unknown key '{key}'; known here: {string.Join(", ", known)}";
    }

    /// <summary>The nearest by edits, if it is near enough to be a slip.</summary>
    public static string? Nearest(string key, IEnumerable<string> known)
    {
        var best = known
            .Select(candidate => (candidate, distance: Distance(key, candidate)))
            .OrderBy(pair => pair.distance)
            .FirstOrDefault();
        return best.candidate is not null && best.distance <= Math.Max(1, best.candidate.Length / 3)
            ? best.candidate
            : null;
    }

    // Levenshtein's, over one row; a key of absurd length is no slip and costs nothing.
    private static int Distance(string left, string right)
    {
        if (left.Length > 2 * right.Length + 2)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var isSame = char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]);
                var substituted = diagonal + (isSame ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
