using FsCheck;
using FsCheck.Fluent;

namespace Sentinel.Gateway.Tests.Mcp.Generated;

/// <summary>Messages as servers send them, most of them answers.</summary>
internal static class GeneratedAnswer
{
    public static Gen<string> Batch() =>
        from count in Gen.Choose(0, 4)
        from messages in Message().ListOf(count)
        from text in Generating.Joined('[', [.. messages], ']')
        select text;

    public static Gen<string> Message() =>
        from version in Member(10, "jsonrpc", Generating.Spelled("2.0"))
        from id in Member(10, "id", Id())
        from method in Gen.Frequency(
            (5, Gen.Constant<string?>(null)),
            (1, Member(2, "method", Generating.Spelled("ping", "notifications/progress"))))
        from result in Member(5, "result", Gen.Frequency((12, Result()), (1, Generating.Value(2))))
        from error in Gen.Frequency(
            (3, Gen.Constant<string?>(null)),
            (1, Member(20, "error", Gen.Frequency((8, Error()), (1, Generating.Value(1)), (2, Gen.Constant("null"))))))
        from more in Member(4, "_meta", Generating.Value(3))
        from text in Generating.Object(new[] { version, id, method, result, error, more }.OfType<string>())
        select text;

    private static Gen<string> Id() => Gen.Frequency(
        (6, Gen.Elements("1", "2", "1.0", "1.00", "1.5", "-1", "12345678901234567890")),
        (4, Generating.Spelled("1", "a/b", "søk😀", "")),
        (1, Gen.Elements("null", "true", "[]", "{\"id\":1}")));

    private static Gen<string> Result() =>
        from isError in Member(2, "isError", Gen.Elements("true", "true", "false", "null", "\"true\"", "1", "[]"))
        from resultType in Gen.Frequency(
            (3, Gen.Constant<string?>(null)),
            (1, Member(20, "resultType", ResultType())))
        from task in Gen.Frequency(
            (5, Gen.Constant<string?>(null)),
            (1, Member(20, "task", Gen.OneOf(Generating.Value(1), Gen.Constant("null")))))
        from content in Member(6, "content", Gen.Frequency((8, Content()), (1, Generating.Value(1))))
        from structured in Member(2, "structuredContent", Generating.Value(3))
        from text in Generating.Object(new[] { isError, resultType, task, content, structured }.OfType<string>())
        select text;

    private static Gen<string> ResultType() => Gen.Frequency(
        (6, Generating.Spelled("complete", "input_required", "task", "later", "Complete")),
        (2, Gen.Constant("null")),
        (1, Generating.Value(1)));

    private static Gen<string> Error() =>
        from code in Member(5, "code", Gen.Frequency((4, Gen.Elements("-32602", "7")), (1, Generating.Value(1))))
        from message in Member(5, "message", Gen.Frequency((4, Generating.Text()), (1, Generating.Value(1))))
        from data in Member(3, "data", Generating.Value(2))
        from text in Generating.Object(new[] { code, message, data }.OfType<string>())
        select text;

    private static Gen<string> Content() =>
        from count in Gen.Choose(0, 3)
        from items in Gen.Frequency((6, Item()), (1, Generating.Value(1))).ListOf(count)
        from text in Generating.Joined('[', [.. items], ']')
        select text;

    private static Gen<string> Item() =>
        from type in Member(5, "type", Generating.Spelled("text", "image"))
        from text in Member(3, "text", Gen.Frequency((6, Generating.Text()), (1, Generating.Value(1))))
        from resource in Member(3, "resource", Generating.Value(2))
        from item in Generating.Object(new[] { type, text, resource }.OfType<string>())
        select item;

    private static Gen<string?> Member(int times, string key, Gen<string> value) =>
        Generating.Mostly(times, Generating.Member(Generating.Spelled(key), value));
}
