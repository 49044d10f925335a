namespace Sentinel.Gateway.Tests.Mcp;

/// <summary>Requests that differ from a valid one in a single place.</summary>
internal static class Messages
{
    public static string Call(string @params) =>
        $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{{{@params}}}}}""";

    public static string WithId(string id) => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"ping"}""";

    public static string WithMethod(string method) => $$"""{"jsonrpc":"2.0","id":1,"method":{{method}}}""";

    public static string With(string member) => $$"""{"jsonrpc":"2.0","id":1,"method":"ping",{{member}}}""";
}
