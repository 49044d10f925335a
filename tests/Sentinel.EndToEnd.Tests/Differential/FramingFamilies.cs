using System.Text;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>HTTP/1 messages of which two parsers see different ends, and what else surrounds a body.</summary>
internal static class FramingFamilies
{
    private const string EndlessChunk = "chunked of a size beyond 64 bits";

    public static IEnumerable<HostileBody> All(Aim aim) =>
        [.. Chunked(aim), .. TransferEncodings(aim), .. Lengths(aim), .. Pipelined(aim), .. Others(aim)];

    private static IEnumerable<HostileBody> Chunked(Aim aim)
    {
        var call = aim.HostileCall;
        (string, string)[] bodies =
        [
            ("chunked in one", Chunk(call) + "0\r\n\r\n"),
            ("chunked by the byte", string.Concat(call.Select(c => Chunk($"{c}"))) + "0\r\n\r\n"),
            ("chunked with extensions", $"{call.Length:x};name=\"echo\";x=y\r\n{call}\r\n0;z\r\n\r\n"),
            ("chunked with a bare LF in an extension", $"{call.Length:x};\n{call}\r\n0\r\n\r\n"),
            ("chunked with leading zeros", $"0000{call.Length:x}\r\n{call}\r\n00\r\n\r\n"),
            ("chunked in upper case", $"{call.Length:X}\r\n{call}\r\n0\r\n\r\n"),
            ("chunked with a prefix", $"0x{call.Length:x}\r\n{call}\r\n0\r\n\r\n"),
            ("chunked with a sign", $"+{call.Length:x}\r\n{call}\r\n0\r\n\r\n"),
            ("chunked with a blank", $"{call.Length:x} \r\n{call}\r\n0\r\n\r\n"),
            ("chunked with bare LFs", $"{call.Length:x}\n{call}\n0\n\n"),
            ("chunked with trailers", Chunk(call)
                + "0\r\nContent-Type: text/plain\r\nMcp-Name: echo\r\nX-Api-Key: x\r\n\r\n"),
            (EndlessChunk, $"1000000000000000{call.Length:x}\r\n{call}\r\n0\r\n\r\n"),
        ];
        foreach (var (name, body) in bodies)
        {
            yield return new HostileBody(name, body)
            {
                IsFramed = false,
                MayLackAnEnd = true,
                Headers = ["Transfer-Encoding: chunked"],
                Id = null,
            };
        }
    }

    // Chunks to one reader, a length to the other.
    private static IEnumerable<HostileBody> TransferEncodings(Aim aim)
    {
        string[] lines =
        [
            "Transfer-Encoding: chunked", "Transfer-Encoding: Chunked", "Transfer-Encoding: xchunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity, chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding:\tchunked", "Transfer-Encoding : chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", "Transfer-Encoding:\r\n chunked",
            "X: y\nTransfer-Encoding: chunked",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: \vchunked", "Transfer_Encoding: chunked",
        ];
        var inner = Inner(aim.HostileCall);
        foreach (var line in lines)
        {
            var shown = line.Replace("\r", "<CR>", StringComparison.Ordinal)
                .Replace("\n", "<LF>", StringComparison.Ordinal)
                .Replace("\t", "<HT>", StringComparison.Ordinal).Replace("\v", "<VT>", StringComparison.Ordinal);
            var chunks = Chunk(Aim.HarmlessCall) + "0\r\n\r\n";
            yield return new HostileBody($"{shown}, and the first line's length, then a call", chunks + inner)
            {
                IsFramed = false,
                MayLackAnEnd = true,
                Headers = ["Content-Length: 4", line],
                Id = null,
            };
            yield return new HostileBody($"{shown}, and the length of all with a call inside", "0\r\n\r\n" + inner)
            {
                MayLackAnEnd = true,
                Headers = [line],
                Id = null,
            };
            yield return new HostileBody($"{shown}, alone", Chunk(aim.HostileCall) + "0\r\n\r\n")
            {
                IsFramed = false,
                MayLackAnEnd = true,
                Headers = [line],
                Id = null,
            };
        }
    }

    private static IEnumerable<HostileBody> Lengths(Aim aim)
    {
        var length = aim.HostileCall.Length;
        string[] lines =
        [
            $"Content-Length: {length}\r\nContent-Length: {length}", $"Content-Length: {length}\r\nContent-Length: 0",
            $"Content-Length: 0\r\nContent-Length: {length}", $"Content-Length: {length}, {length}",
            $"Content-Length: +{length}",
            $"Content-Length: 0{length}", $"Content-Length: {length}.0", $"Content-Length: 0x{length:x}",
            $"Content-Length: -{length}",
            $"Content-Length : {length}", $"Content-Length: {length - 1}", $"Content-Length: {length + 100}",
            "Content-Length: 0",
            "X: y", $"Content_Length: {length}", $"Content-Length:\r\n {length}",
        ];
        foreach (var line in lines)
        {
            var shown = line.Replace("\r\n", " <CRLF> ", StringComparison.Ordinal);
            yield return new HostileBody($"lengths: {shown} of {length}", aim.HostileCall)
            {
                IsFramed = false,
                MayLackAnEnd = true,
                Headers = [line],
                Id = null,
            };
        }

        yield return new HostileBody("a length that leaves a call behind", Aim.HarmlessCall + Inner(aim.HostileCall))
        {
            IsFramed = false,
            MayLackAnEnd = true,
            Headers = [$"Content-Length: {Aim.HarmlessCall.Length}", "Connection: keep-alive"],
            Id = null,
        };
    }

    // Two requests on one connection, the second behind the first one's end.
    private static IEnumerable<HostileBody> Pipelined(Aim aim)
    {
        foreach (var (name, first) in new[] { ("the allowed", Aim.HarmlessCall), ("a broken", "{") })
        {
            yield return new HostileBody($"the denied call behind {name} one", first + Inner(aim.HostileCall))
            {
                IsFramed = false,
                KeepsAlive = true,
                Headers = [$"Content-Length: {first.Length}"],
                Id = null,
            };
        }

        yield return new HostileBody("the allowed call behind itself", Aim.HarmlessCall + Inner(Aim.HarmlessCall))
        {
            IsFramed = false,
            KeepsAlive = true,
            Headers = [$"Content-Length: {Aim.HarmlessCall.Length}"],
            Id = null,
        };
        yield return new HostileBody("a call behind the head of a GET", Inner(aim.HostileCall))
        {
            Method = "GET",
            IsFramed = false,
            KeepsAlive = true,
            Id = null,
        };
    }

    private static IEnumerable<HostileBody> Others(Aim aim)
    {
        yield return new HostileBody("Expect: 100-continue", aim.HostileCall) { Headers = ["Expect: 100-continue"] };
        yield return new HostileBody("Expect: something else", aim.HostileCall) { Headers = ["Expect: x"], Id = null };
        yield return new HostileBody("HTTP/1.0", aim.HostileCall) { Http = "HTTP/1.0" };
        yield return new HostileBody("HTTP/1.2", aim.HostileCall) { Http = "HTTP/1.2", Id = null };
        yield return new HostileBody("HTTP/2.0", aim.HostileCall) { Http = "HTTP/2.0", Id = null };
        yield return new HostileBody("HTTP/1.0, chunked", Chunk(aim.HostileCall) + "0\r\n\r\n")
        {
            Http = "HTTP/1.0",
            IsFramed = false,
            MayLackAnEnd = true,
            Headers = ["Transfer-Encoding: chunked"],
            Id = null,
        };
        yield return new HostileBody("HTTP/1.0, until the end", aim.HostileCall)
        {
            Http = "HTTP/1.0",
            IsFramed = false,
            MayLackAnEnd = true,
            Id = null,
        };
        yield return new HostileBody("Connection names a header that decides", aim.HostileCall)
        {
            Headers = ["Connection: close, content-type, mcp-protocol-version, x-api-key"],
            Id = null,
        };
        yield return new HostileBody("a call in a header", "")
        {
            Headers = [$"X-Body: {aim.HostileCall}"],
            Id = null,
        };
    }

    private static string Chunk(string text) => $"{Encoding.UTF8.GetByteCount(text):x}\r\n{text}\r\n";

    private static string Inner(string call) =>
        $"POST {HostileBody.TargetOfInner} HTTP/1.1\r\n{HostileBody.HeadersOfInner}"
        + $"Content-Length: {call.Length}\r\nConnection: close\r\n\r\n{call}";
}
