using System.Data.Common;
using System.Globalization;

namespace Sentinel.Audit.Reading;

/// <summary>Turns the rows of <see cref="StatisticsSql"/> into figures, alike for both stores.</summary>
internal static class StatisticsColumns
{
    public static (bool IsTotal, AuditFigures Figures, long GroupCount) Read(DbDataReader reader) => (
        Number(reader, 0) == 1,
        new AuditFigures(
            reader.GetString(1),
            Number(reader, 2) ?? 0,
            Number(reader, 3) ?? 0,
            Number(reader, 4) ?? 0,
            Number(reader, 5),
            Number(reader, 6),
            Number(reader, 7)),
        Number(reader, 8) ?? 0);

    public static AuditStatistics Gather(List<(bool IsTotal, AuditFigures Figures, long GroupCount)> rows)
    {
        // Where nothing was found, one store has a total and the other has not.
        var total = rows.Find(row => row.IsTotal).Figures ?? new AuditFigures("", 0, 0, 0, null, null, null);
        return new AuditStatistics(
            total, [.. rows.Where(row => !row.IsTotal).Select(row => row.Figures)], rows.FirstOrDefault().GroupCount);
    }

    // int4, int8 or numeric, by the function that made it.
    private static long? Number(DbDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : Convert.ToInt64(reader.GetValue(column), CultureInfo.InvariantCulture);
}
