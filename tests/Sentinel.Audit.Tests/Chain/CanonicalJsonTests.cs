using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;
using Sentinel.Audit.Chain;
using Sentinel.Audit.Stores;
using Xunit;

namespace Sentinel.Audit.Tests.Chain;

public sealed class CanonicalJsonTests(PostgresFixture postgres)
{
    private static readonly string[] Keys = ["b", "a", "aa", "B", "", "ä", "😀", "a b", "\\u0061", "\\n", "z\\\"", "é"];

    private static readonly string[] Texts =
        ["", "x", "\\u00e4", "ä", "\\ud83d\\ude00", "\\/", "\\t\\u001f", "\\\\\\\"", "\u007f\u2028"];

    [Theory]
    [InlineData("""{ "b" : 1, "a" : [ 1.0, true ,null ] }""", """{"a":[1.0,true,null],"b":1}""")]
    [InlineData("""{"a":1,"b":2,"\u0061":3}""", """{"a":3,"b":2}""")]
    [InlineData("""{"z":{"y":1,"x":{"q":[],"p":{}}},"a":"\u0001\/\""}""", """{"a":"\u0001/\"","z":{"x":{"p":{},"q":[]},"y":1}}""")]
    [InlineData("""[{"b":[{"d":1,"c":2}],"a":1},{}]""", """[{"a":1,"b":[{"c":2,"d":1}]},{}]""")]
    [InlineData("\"text\"", "\"text\"")]
    public void Has_one_form(string written, string canonical) => Assert.Equal(canonical, Form(Encoding.UTF8.GetBytes(written)));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":1e4294967299}")]
    [InlineData("{\"a\":1e2147483640}")]
    [InlineData("{\"a\":1e-2147483640}")]
    [InlineData("{\"a\":1e401}")]
    public void Is_made_of_nothing_but_JSON(string written) =>
        Assert.ThrowsAny<JsonException>(() => Form(Encoding.UTF8.GetBytes(written)));

    [Fact]
    public async Task Has_the_same_form_before_and_after_each_store()
    {
        const int Values = 2000;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var written = Enumerable.Range(0, Values)
            .Select(_ => StorableJson.From(Encoding.UTF8.GetBytes(Value(random, depth: 4)))).ToArray();
        var (server, database) = await postgres.MigratedAsync();
        await using var source = NpgsqlDataSource.Create(server.ConnectionString(database));
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var sqlite = new SqliteConnection("Data Source=:memory:");
        sqlite.Open();

        for (var i = 0; i < Values; i++)
        {
            var text = Encoding.UTF8.GetString(written[i].Span);
            var fromPostgres = await ThroughPostgresAsync(connection, text);
            var fromSqlite = ThroughSqlite(sqlite, text);

            var form = Form(written[i].Span);
            Assert.True(form == Form(fromPostgres), $"seed {seed}: {text}\n{Encoding.UTF8.GetString(fromPostgres)}");
            Assert.True(form == Form(fromSqlite), $"seed {seed}: {text}");
        }
    }

    private static string Form(ReadOnlySpan<byte> json)
    {
        var buffer = new CanonicalBuffer();
        new CanonicalJson().Write(json, buffer);
        return Encoding.UTF8.GetString(buffer.Written);
    }

    private static async Task<byte[]> ThroughPostgresAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand("SELECT $1::jsonb::text", connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = text } },
        };
        return Encoding.UTF8.GetBytes((string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    private static byte[] ThroughSqlite(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT $text";
        command.Parameters.AddWithValue("$text", text);
        return Encoding.UTF8.GetBytes((string)command.ExecuteScalar()!);
    }

    private static string Value(Random random, int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 or 3 => Number(random),
        4 or 5 => '"' + Texts[random.Next(Texts.Length)] + Texts[random.Next(Texts.Length)] + '"',
        6 => '[' + string.Join(", ", Several(random, _ => Value(random, depth - 1))) + ']',
        _ => '{' + string.Join(" ,", Several(
            random, _ => $"\"{Keys[random.Next(Keys.Length)]}\" : {Value(random, depth - 1)}")) + '}',
    };

    private static List<string> Several(Random random, Func<int, string> make) =>
        [.. Enumerable.Range(0, random.Next(6)).Select(make)];

    private static string Number(Random random)
    {
        var text = (random.Next(2) == 0 ? "-" : "")
            + random.NextInt64(random.Next(2) == 0 ? 10 : long.MaxValue).ToString(CultureInfo.InvariantCulture);
        if (random.Next(2) == 0)
        {
            text += "." + random.Next(1000).ToString("000", CultureInfo.InvariantCulture);
        }

        return random.Next(2) == 0
            ? text
            : text + "eE"[random.Next(2)] + random.Next(-30, 30).ToString("+0;-0;0", CultureInfo.InvariantCulture);
    }
}
