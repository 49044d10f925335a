using Sentinel.Gateway.Tests.Architecture;
using Sentinel.Tests.Shared;
using Xunit;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>What editors and readers are told of proxy.json is what its reader knows.</summary>
public sealed class ReferenceTests
{
    private static readonly string Page = Path.Combine(SourceTree.Root, "docs/proxy-json.md");

    [Fact]
    public void The_schema_is_what_the_reader_binds_by() =>
        GeneratedFile.Match(SchemaOfProxy.Whole(), Path.Combine(SourceTree.Root, "proxy.schema.json"));

    [Fact]
    public void The_pages_tables_are_what_the_reader_binds_by() =>
        GeneratedFile.Match(new SettingTables().Fill(File.ReadAllText(Page).ReplaceLineEndings("\n")), Page);

    [Fact]
    public void Every_key_stands_in_a_table_of_the_page()
    {
        var tables = new SettingTables();
        tables.Fill(File.ReadAllText(Page));

        Assert.True(
            tables.Missing() is [],
            "docs/proxy-json.md has no table for: " + string.Join(", ", tables.Missing())
            + ". Write <!-- generated: Sentinel.SECTION --><!-- end --> where it belongs.");
    }

    [Fact]
    public void A_page_without_a_section_is_found_incomplete()
    {
        var tables = new SettingTables();
        var page = File.ReadAllText(Page).Replace("generated: Sentinel.Shutdown ", "", StringComparison.Ordinal);
        tables.Fill(page);

        Assert.Equal(["Sentinel.Shutdown.LoadBalancerSeconds", "Sentinel.Shutdown.DrainSeconds"], tables.Missing());
    }

    [Fact]
    public void A_table_that_somebody_edited_is_found()
    {
        var page = File.ReadAllText(Page).ReplaceLineEndings("\n");
        var edited = page.Replace("whole number, 0 to 3600", "whole number, 0 to 7200", StringComparison.Ordinal);

        Assert.NotEqual(page, edited);
        Assert.Equal(page, new SettingTables().Fill(edited));
    }
}
