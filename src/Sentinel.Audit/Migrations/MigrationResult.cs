namespace Sentinel.Audit.Migrations;

/// <summary>What a migration did, or what a dry run would do.</summary>
/// <param name="Version">The version recorded with the scripts: this assembly's.</param>
/// <param name="Scripts">Names of the scripts, in order; empty when the schema was up to date.</param>
/// <param name="DryRun">Whether nothing was changed.</param>
public sealed record MigrationResult(string Version, IReadOnlyList<string> Scripts, bool DryRun);
