namespace Sentinel.Audit.Migrations;

/// <summary>Grate's folders and the order in which their scripts run.</summary>
internal static class MigrationScripts
{
    private const string Prefix = "db/";

    // The folders that Grate runs inside its transaction. runAfterCreateDatabase is not among them: it runs only
    // when the migrator has made the database, which this one never does.
    private static readonly string[] Folders =
    [
        "runBeforeUp", "up", "runFirstAfterUp", "functions", "views", "sprocs", "triggers", "indexes",
        "runAfterOtherAnyTimeScripts",
    ];

    // Grate runs these on every run, on another connection, or as an administrator.
    private static readonly string[] LeftToGrate =
    [
        "beforeMigration", "permissions", "afterMigration", "alterDatabase", "createDatabase", "dropDatabase",
    ];

    /// <summary>The scripts that this assembly carries.</summary>
    public static IReadOnlyList<MigrationScript> Embedded()
    {
        var assembly = typeof(MigrationScripts).Assembly;
        return assembly.GetManifestResourceNames()
            .Select(name => (Resource: name, Path: name.Replace('\\', '/')))
            .Where(file => file.Path.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(file =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(file.Resource)!);
                var parts = file.Path[Prefix.Length..].Split('/', 2);
                return new MigrationScript(parts[0], parts[^1], reader.ReadToEnd());
            })
            .ToList();
    }

    /// <summary>Puts scripts in Grate's order, and leaves out those that it would.</summary>
    /// <exception cref="SchemaException">A script needs what only Grate does.</exception>
    public static IReadOnlyList<MigrationScript> InOrder(IEnumerable<MigrationScript> scripts)
    {
        var ordered = scripts
            .Where(script => Folders.Contains(script.Folder) || LeftToGrate.Contains(script.Folder))
            // Without an environment Grate skips these and records nothing.
            .Where(script => !script.Name.Contains(".ENV.", StringComparison.OrdinalIgnoreCase))
            .OrderBy(script => Array.IndexOf(Folders, script.Folder))
            .ThenBy(script => script.Name.Contains('/'))
            .ThenBy(script => Path.ChangeExtension(script.Name, null), StringComparer.OrdinalIgnoreCase)
            .ToList();
        foreach (var script in ordered)
        {
            Refuse(script);
        }

        var twice = ordered.GroupBy(script => script.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? ordered
            : throw new SchemaException(
                $"Two folders hold a script named {twice.Key}. Grate knows scripts by this name alone: rename one.");
    }

    private static void Refuse(MigrationScript script)
    {
        var file = Path.GetFileName(script.Name);
        if (script.Text.Contains("{{", StringComparison.Ordinal))
        {
            throw new SchemaException(
                $"{script.Folder}/{script.Name} holds '{{{{', which starts a token of Grate's. Only Grate replaces "
                + "tokens: take it out, or run the folder with Grate and set Audit.Migrate to false.");
        }

        if (LeftToGrate.Contains(script.Folder)
            || file.StartsWith("everytime.", StringComparison.OrdinalIgnoreCase)
            || file.Contains(".everytime.", StringComparison.OrdinalIgnoreCase))
        {
            throw new SchemaException(
                $"{script.Folder}/{script.Name} would have to run on every start. Only Grate does that: move it to "
                + "another folder, or run the folder with Grate and set Audit.Migrate to false.");
        }
    }
}
