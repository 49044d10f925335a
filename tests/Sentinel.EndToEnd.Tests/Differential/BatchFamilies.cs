namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>Arrays of messages, at revisions that have batches and at those that do not.</summary>
internal static class BatchFamilies
{
    private static readonly string?[] Revisions =
        [null, "2024-11-05", HostileBody.Batching, "2025-06-18", HostileBody.Legacy, Rpc.Revision];

    public static IEnumerable<HostileBody> All(Aim aim)
    {
        var (allowed, denied) = (Aim.Message(Aim.Harmless, "1"), Aim.Message(aim.Hostile, "2"));
        var notification = $$"""{"jsonrpc":"2.0","method":"tools/call","params":{{aim.Hostile}}}""";
        var ping = """{"jsonrpc":"2.0","id":3,"method":"ping"}""";
        (string, string)[] batches =
        [
            ("empty", "[]"),
            ("allowed", $"[{allowed}]"),
            ("denied", $"[{denied}]"),
            ("allowed, denied", $"[{allowed},{denied}]"),
            ("denied, allowed", $"[{denied},{allowed}]"),
            ("allowed twice", $"[{allowed},{Aim.Message(Aim.Harmless, "2")}]"),
            ("allowed twice under one id", $"[{allowed},{Aim.Message(Aim.Params("echo", Aim.Unseen), "1")}]"),
            ("ping, denied", $"[{ping},{denied}]"),
            ("allowed, a notification of the denied", $"[{allowed},{notification}]"),
            ("allowed, denied in an array", $"[{allowed},[{denied}]]"),
            ("denied in two arrays", $"[[{denied}]]"),
            ("blanks before", $" \r\n\t[{denied}]"),
            ("allowed, then a key twice",
                $"[{allowed},{denied.Replace("\"name\"", "\"name\":\"echo\",\"name\"", StringComparison.Ordinal)}]"),
            ("allowed, then a key in another case",
                $"[{allowed},{denied.Replace("\"name\"", "\"name\":\"echo\",\"NAME\"", StringComparison.Ordinal)}]"),
            ("allowed, then no JSON", $"[{allowed},{denied}"),
            ("allowed, denied, a trailing comma", $"[{allowed},{denied},]"),
            ("a hundred and one",
                $"[{string.Join(',', Enumerable.Range(1, 101).Select(i => Aim.Message(aim.Hostile, $"{i}")))}]"),
            ("allowed fifty times",
                $"[{string.Join(',', Enumerable.Range(1, 50).Select(i => Aim.Message(Aim.Harmless, $"{i}")))}]"),
        ];
        return batches.SelectMany(batch => Revisions.Select(revision =>
            new HostileBody($"batch at {revision ?? "no revision"}: {batch.Item1}", batch.Item2)
            {
                Revision = revision,
                Id = null,
            }
        ));
    }
}
