using System.Text;

namespace Sentinel.EndToEnd.Tests.Differential;

/// <summary>Headers, methods and targets that say something else than the body.</summary>
internal static class HeaderFamilies
{
    private static readonly string?[] Revisions =
        [Rpc.Revision, HostileBody.Legacy, null, "2099-01-01", "2026-7-28", $"{Rpc.Revision}, 2025-11-25"];

    public static IEnumerable<HostileBody> All(Aim aim) =>
        [.. ContentTypes(aim), .. Repeated(aim), .. Modern(aim), .. Legacy(aim), .. Methods(aim), .. Targets(aim)];

    private static IEnumerable<HostileBody> ContentTypes(Aim aim)
    {
        string?[] types =
        [
            "application/vnd.api+json", "application/mcp+json", "application/json-rpc", "text/json", "text/plain",
            "text/plain; x=application/json", "application/json, text/plain", "text/plain, application/json",
            "application/jsonx", "application/json/x", "application /json", "application/json;", "application/json; x",
            "application/json;charset", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "*/*",
            "json", "", null,
        ];
        foreach (var type in types)
        {
            yield return new HostileBody($"Content-Type {type ?? "missing"}", aim.HostileCall)
            {
                ContentType = type,
                Id = null,
            };
        }

        string[][] twice =
        [
            ["application/json", "application/json"], ["application/json", "text/plain"],
            ["text/plain", "application/json"],
            ["application/json", "application/json; charset=utf-16le"],
        ];
        foreach (var types2 in twice)
        {
            yield return new HostileBody($"Content-Type twice: {string.Join(" and ", types2)}", aim.HostileCall)
            {
                ContentType = null,
                Headers = [.. types2.Select(type => $"Content-Type: {type}")],
                Id = null,
            };
        }
    }

    private static IEnumerable<HostileBody> Repeated(Aim aim)
    {
        string[][] repeated =
        [
            [$"MCP-Protocol-Version: {HostileBody.Legacy}"], ["MCP-Protocol-Version: 2025-03-26"],
            [$"MCP-Protocol-Version: {Rpc.Revision}"], ["mcp-protocol-version: "],
            ["Mcp-Method: tools/call", "Mcp-Method: ping"], ["Mcp-Name: echo", $"Mcp-Name: {aim.Denied}"],
            ["Mcp-Name: echo", "Mcp-Name: echo"], ["Mcp-Session-Id: a", "Mcp-Session-Id: b"],
            ["Mcp-Method: tools/call, ping"], [$"Mcp-Name: echo, {aim.Denied}"],
            ["Authorization: Bearer x"], ["X-Api-Key: y"], ["Host: example.invalid"],
        ];
        return repeated.Select(lines =>
            new HostileBody($"headers again: {string.Join(" and ", lines)}", aim.HostileCall)
            {
                Headers = lines,
                Id = null,
            }
        );
    }

    // Headers and body of the modern era, disagreeing.
    private static IEnumerable<HostileBody> Modern(Aim aim)
    {
        var denied = Aim.ModernMessage(aim.Denied, Aim.Unseen);
        var allowed = Aim.ModernMessage("echo", Aim.Unseen);
        string Base64(string text) => $"=?base64?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";
        (string Name, string Body, string?[] Headers)[] cases =
        [
            ("the denied call, plainly", denied, ["tools/call", aim.Denied]),
            ("name of the allowed tool", denied, ["tools/call", "echo"]),
            ("name of the denied tool over the allowed", allowed, ["tools/call", aim.Denied]),
            ("another method", denied, ["tools/list", aim.Denied]),
            ("another method, no name", denied, ["tools/list", null]),
            ("no method", denied, [null, aim.Denied]),
            ("no name", denied, ["tools/call", null]),
            ("neither", denied, [null, null]),
            ("name in base64", denied, ["tools/call", Base64(aim.Denied)]),
            ("name of the allowed tool in base64", denied, ["tools/call", Base64("echo")]),
            ("name in bad base64", denied, ["tools/call", "=?base64?ZWNobw?="]),
            ("name in base64 by another name", denied, ["tools/call", "=?BASE64?ZWNobw==?="]),
            ("name in another case", allowed, ["tools/call", "ECHO"]),
            ("method in another case", denied, ["Tools/Call", aim.Denied]),
            ("method with blanks inside", denied, ["tools / call", aim.Denied]),
            ("a legacy body", aim.HostileCall, ["tools/call", aim.Denied]),
            ("a legacy body under the allowed name", aim.HostileCall, ["tools/call", "echo"]),
        ];
        foreach (var (name, body, headers) in cases)
        {
            string[] names = ["Mcp-Method", "Mcp-Name"];
            string[] lines = [.. names.Zip(headers).Where(pair => pair.Second is not null)
                .Select(pair => $"{pair.First}: {pair.Second}")];
            foreach (var revision in Revisions)
            {
                yield return new HostileBody($"modern headers at {revision ?? "no revision"}: {name}", body)
                {
                    Revision = revision,
                    Headers = lines,
                };
            }
        }
    }

    private static IEnumerable<HostileBody> Legacy(Aim aim)
    {
        string?[] revisions = [null, "2024-11-05", "2025-03-26", "2025-06-18", "draft", "1999-01-01", "\u00E9"];
        foreach (var revision in revisions)
        {
            yield return new HostileBody($"at revision {revision ?? "none"}", aim.HostileCall)
            {
                Revision = revision,
            };
        }

        yield return new HostileBody("Mcp-Name of the denied tool over a legacy body of the allowed", Aim.HarmlessCall)
        {
            Headers = ["Mcp-Method: tools/list", $"Mcp-Name: {aim.Denied}"],
        };
        yield return new HostileBody("Sentinel's own headers from outside", aim.HostileCall)
        {
            Headers = ["Sentinel-Subject: admin", "Sentinel-Roles: admin", "Sentinel-Request-Id: x"],
        };
        yield return new HostileBody("X-Original-Url and X-Rewrite-Url", aim.HostileCall)
        {
            Headers = ["X-Original-Url: /mcp", "X-Rewrite-Url: /mcp", "X-Forwarded-Prefix: /x"],
        };
    }

    private static IEnumerable<HostileBody> Methods(Aim aim)
    {
        string[] methods = ["GET", "DELETE", "OPTIONS", "HEAD", "PUT", "PATCH", "post", "Post", "QUERY", "MCP"];
        foreach (var method in methods)
        {
            yield return new HostileBody($"method {method} with a body", aim.HostileCall)
            {
                Method = method,
                Id = null,
            };
            yield return new HostileBody($"method {method} posing as POST", aim.HostileCall)
            {
                Method = method,
                Headers = ["X-HTTP-Method-Override: POST", "X-HTTP-Method: POST", "X-Method-Override: POST"],
                Id = null,
            };
        }

        yield return new HostileBody("POST posing as GET", aim.HostileCall)
        {
            Headers = ["X-HTTP-Method-Override: GET"],
        };
        yield return new HostileBody("POST asking for an upgrade", aim.HostileCall)
        {
            Headers = ["Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"],
            Id = null,
        };
    }

    private static IEnumerable<HostileBody> Targets(Aim aim)
    {
        string[] targets =
        [
            "/mcp?name=echo", "/mcp?method=ping", $"/mcp?_method=GET&name={aim.Denied}", "/mcp?", "/mcp#x", "/mcp/",
            "//mcp", "/MCP",
            "/%6dcp", "/mcp%2F", "/mcp%00", "/x/../mcp", "/x/%2e%2e/mcp", "/./mcp", "/mcp;a=b", "/mcp\\", "/mcp%20",
            "/..%2fmcp",
        ];
        foreach (var target in targets)
        {
            yield return new HostileBody($"target {target}", aim.HostileCall) { Target = target, Id = null };
        }
    }
}
