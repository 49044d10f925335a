using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Gateway.Records;

/// <summary>Reads times as people say them: <c>7 days ago</c>, <c>yesterday 14:00</c>, <c>2026-11-24</c>.</summary>
/// <remarks>In UTC, as the audit is, unless an offset is written.</remarks>
internal static partial class TimeWords
{
    /// <summary>For help texts and errors.</summary>
    public const string Examples = "\"7 days ago\", 24h, yesterday, \"monday 09:30\", 2026-11-24, 2026-11-24T10:00:00Z";

    private static readonly string[] Days =
        ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    private static readonly string[] IsoFormats =
    [
        "yyyy-MM", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss",
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <param name="text">What somebody typed.</param>
    /// <param name="now">What "ago" and "today" are reckoned from.</param>
    /// <param name="time">The point in time, in UTC.</param>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset time)
    {
        var words = Space().Replace(text.Trim(), " ").ToLowerInvariant();
        try
        {
            if ((ReadIso(text.Trim()) ?? ReadSpan(words, now) ?? ReadDay(words, now)) is { } read)
            {
                time = read.ToUniversalTime();
                return true;
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            // So long ago that the calendar has no such day.
        }

        time = default;
        return false;
    }

    private static DateTimeOffset? ReadIso(string text) =>
        DateTimeOffset.TryParseExact(
            text, IsoFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : null;

    private static DateTimeOffset? ReadSpan(string words, DateTimeOffset now)
    {
        if (words == "now")
        {
            return now;
        }

        var match = Span().Match(words);
        if (!match.Success)
        {
            return null;
        }

        var counted = match.Groups["count"].Value;
        var count = counted is "a" or "an" or "last" ? 1 : int.Parse(counted, CultureInfo.InvariantCulture);
        return match.Groups["unit"].Value switch
        {
            "s" or "sec" or "second" => now.AddSeconds(-count),
            "m" or "min" or "minute" => now.AddMinutes(-count),
            "h" or "hour" => now.AddHours(-count),
            "d" or "day" => now.AddDays(-count),
            "w" or "week" => now.AddDays(-7L * count),
            "month" => now.AddMonths(-count),
            _ => now.AddYears(-count),
        };
    }

    private static DateTimeOffset? ReadDay(string words, DateTimeOffset now)
    {
        var match = Day().Match(words);
        if (!match.Success)
        {
            return null;
        }

        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        var name = match.Groups["day"].Value;
        var day = name switch
        {
            "today" => today,
            "yesterday" => today.AddDays(-1),
            _ => today.AddDays(-DaysSince(Array.IndexOf(Days, name), (int)today.DayOfWeek)),
        };
        var clock = match.Groups["clock"].Value;
        if (clock.Length == 0)
        {
            return day;
        }

        return TimeOnly.TryParseExact(
            clock, ["H:mm", "H:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var timeOfDay)
            ? day + timeOfDay.ToTimeSpan()
            : null;
    }

    // The day's name means the last one that is over, so that on a Monday "monday" is a week ago.
    private static int DaysSince(int day, int today) => ((today - day + 6) % 7) + 1;

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Space();

    [GeneratedRegex(
        @"\A(?<count>[0-9]{1,6}|an?|last) ?"
        + @"(?<unit>s|sec|second|m|min|minute|h|hour|d|day|w|week|month|year)s?( ago)?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Span();

    [GeneratedRegex(
        @"\A(last )?(?<day>today|yesterday|sunday|monday|tuesday|wednesday|thursday|friday|saturday)"
        + @"( (at )?(?<clock>[0-9:]+))?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Day();
}
