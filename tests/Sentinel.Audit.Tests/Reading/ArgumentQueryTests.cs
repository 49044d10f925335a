using Sentinel.Audit.Reading;
using Xunit;

namespace Sentinel.Audit.Tests.Reading;

/// <summary>Calls are found by what an argument was, alike in both stores.</summary>
public sealed class ArgumentQueryTests(PostgresFixture postgres)
{
    private static readonly string[] Arguments =
    [
        """{"project":"OPS"}""",
        """{"project":"ops"}""",
        """{"project":"OPS","limit":5}""",
        """{"limit":5.0}""",
        """{"limit":"5"}""",
        """{"limit":50}""",
        """{"dry":true}""",
        """{"dry":"true"}""",
        """{"dry":null}""",
        """{"owner":{"name":"ann"}}""",
        """{"owner.name":"ann"}""",
        """{"owner":[{"name":"ann"}]}""",
        """{"project":["OPS"]}""",
        """{"q":"' OR 1=1 --"}""",
        """{"a b":"ä😀"}""",
        """{"big":9007199254740993}""",
    ];

    [Theory]
    [InlineData("project", "OPS", 0, 2)]
    [InlineData("limit", "5", 2, 3, 4)]
    [InlineData("limit", "5.00", 2, 3)]
    [InlineData("dry", "true", 6, 7)]
    [InlineData("dry", "null", 8)]
    [InlineData("owner/name", "ann", 9)]
    [InlineData("owner.name", "ann", 10)]
    [InlineData("q", "' OR 1=1 --", 13)]
    [InlineData("a b", "ä😀", 14)]
    [InlineData("big", "9007199254740993", 15)]
    [InlineData("big", "9007199254740992")]
    [InlineData("project", "[\"OPS\"]")]
    [InlineData("Project", "OPS")]
    [InlineData("name", "tool")]
    public async Task Finds_the_text_or_what_it_means_in_json(string path, string value, params int[] expected)
    {
        await using var stores = await BothStores.WithAsync(postgres, [.. Arguments.Select(Entry)]);
        var query = new AuditQuery { Arguments = [new AuditArgument(path.Split('/'), value)] };

        var (fromPostgres, fromSqlite) = await stores.ReadAsync(query);

        Assert.Equal(expected, fromPostgres.Select(Number).Order());
        Assert.Equal(expected, fromSqlite.Select(Number).Order());
    }

    [Fact]
    public async Task Insists_on_every_one_of_several()
    {
        await using var stores = await BothStores.WithAsync(postgres, [.. Arguments.Select(Entry)]);
        var query = new AuditQuery { Arguments = [new(["project"], "OPS"), new(["limit"], "5")] };

        var (fromPostgres, fromSqlite) = await stores.ReadAsync(query);

        Assert.Equal([2], fromPostgres.Select(Number));
        Assert.Equal([2], fromSqlite.Select(Number));
    }

    [Fact]
    public async Task Says_of_a_key_that_sqlite_cannot_name_that_it_cannot()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entry("""{"a\"b":"x"}""", 0));
        var query = new AuditQuery { Arguments = [new(["a\"b"], "x")] };

        Assert.Single(await BothStores.ListAsync(stores.Postgres, query));
        await Assert.ThrowsAsync<AuditQueryException>(() => BothStores.ListAsync(stores.Sqlite, query));
    }

    [Fact]
    public async Task Refuses_a_path_without_a_key()
    {
        await using var reader = AuditReader.Open(new AuditOptions(), _ => "Host=127.0.0.1;Port=1");

        await Assert.ThrowsAsync<AuditQueryException>(
            () => BothStores.ListAsync(reader, new AuditQuery { Arguments = [new([], "x")] }));
    }

    [Fact]
    public async Task A_number_that_no_store_can_hold_is_the_questions_fault_and_not_the_stores()
    {
        await using var stores = await BothStores.WithAsync(postgres, Entry("{\"x\":5}", 0));
        var query = new AuditQuery { Arguments = [new(["x"], "1e999999")] };

        await Assert.ThrowsAsync<AuditQueryException>(() => BothStores.ListAsync(stores.Postgres, query));
        Assert.Empty(await BothStores.ListAsync(stores.Sqlite, query));
    }

    private static AuditEntry Entry(string arguments, int number) => Some.Entry(number) with
    {
        RequestArgs = Some.Utf8($$"""{"name":"tool","arguments":{{arguments}}}"""),
    };

    private static int Number(StoredRow row) => Convert.ToInt32(row.RequestId.ToString()[^4..], 16);
}
