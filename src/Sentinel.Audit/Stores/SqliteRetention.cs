using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sentinel.Audit.Stores;

/// <summary>Deletes whole months of rows, oldest first, each in one transaction; checkpoints stay.</summary>
internal static class SqliteRetention
{
    /// <summary>Deletes the oldest month, if it ended at least so many days ago.</summary>
    /// <returns>The month as <c>yyyy-MM</c> and how many rows it had; none where no month is that old.</returns>
    public static (string Month, int Rows) DropOneMonth(SqliteConnection connection, DateTimeOffset now, int days)
    {
        var keepFrom = MonthOf(now.UtcDateTime.AddDays(-days));
        using var oldest = connection.CreateCommand();
        oldest.CommandText = "SELECT min(\"timestamp\") FROM audit_log";
        if (oldest.ExecuteScalar() is not string first || string.CompareOrdinal(first, keepFrom) >= 0)
        {
            return ("", 0);
        }

        // Up to the next month's first day, as texts: times are stored so that they sort.
        var month = first[..7];
        using var delete = connection.CreateCommand();
        delete.CommandText = "DELETE FROM audit_log WHERE \"timestamp\" < $end";
        delete.Parameters.AddWithValue("$end", month + "-99");
        return (month, delete.ExecuteNonQuery());
    }

    private static string MonthOf(DateTime time) => time.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
