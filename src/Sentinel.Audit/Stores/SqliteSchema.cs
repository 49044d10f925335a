using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Sentinel.Audit.Stores;

/// <summary>
/// The embedded store's numbered scripts; <c>PRAGMA user_version</c> is the number of the last one run.
/// </summary>
internal static class SqliteSchema
{
    private const string Prefix = "sqlite/";

    public static void BringUpToDate(SqliteConnection connection)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "PRAGMA user_version";
        var version = Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        var scripts = Scripts();
        if (version > scripts.Count)
        {
            throw new AuditConfigurationException(
                $"The audit database {connection.DataSource} has schema version {version}; this program knows "
                + $"{scripts.Count}. Start the newer program, or name another file in Sentinel.Audit.Sqlite.Path.");
        }

#pragma warning disable CA2100 // The scripts are resources of this assembly.
        foreach (var script in scripts.Skip(version))
        {
            command.CommandText = script;
            command.ExecuteNonQuery();
        }

        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {scripts.Count}");
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        transaction.Commit();
    }

    private static List<string> Scripts()
    {
        var assembly = typeof(SqliteSchema).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            })
            .ToList();
    }
}
