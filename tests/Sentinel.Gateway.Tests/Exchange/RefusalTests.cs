using System.Globalization;
using System.Reflection;
using Sentinel.Gateway.Exchange;
using Sentinel.Gateway.Mcp;
using Sentinel.Gateway.Rbac;
using Xunit;

namespace Sentinel.Gateway.Tests.Exchange;

public sealed class RefusalTests
{
    [Fact]
    public void Every_refusal_has_a_status_a_code_a_reason_and_a_message()
    {
        var refusals = Constants<Refusal>()
            .Append(("HostDenied", Refusal.HostDenied("'evil.example'")))
            .Append(("OriginDenied", Refusal.OriginDenied("'https://evil.example'")))
            .Append(("CircuitOpen", Refusal.CircuitOpen(7)))
            .Append(("BodyTooLarge", Refusal.BodyTooLarge(1024)))
            .Append(("HeaderMismatch", Refusal.HeaderMismatch("Why.")))
            .Append(("MethodDenied", Refusal.MethodDenied("acme/run")))
            .Append(("Denied", Refusal.Denied(Decision.NoGrant, TargetKind.Tool, "drop")))
            .Append(("Denied", Refusal.Denied(new Decision(false, Decision.ReasonKillSwitch, "disabled *"), TargetKind.Tool, "drop")))
            .Append(("Denied", Refusal.Denied(new Decision(false, ToolPins.ReasonToolChanged, "pinning"), TargetKind.Tool, "drop")));

        Assert.Equal(
            """
            MethodNotAllowed: 405 -31405 method_not_allowed; Allow: GET, POST, DELETE, OPTIONS
              An MCP endpoint takes GET, POST, DELETE and OPTIONS, and no upgrade.
            MetadataMethod: 405 -31405 method_not_allowed; Allow: GET, HEAD
              The resource's metadata is asked for with GET.
            NoCredential: 401 -31401 unauthenticated; WWW-Authenticate: Bearer realm="sentinel"
              This gateway needs a credential: send an access token as a bearer token, or an API key as X-Api-Key.
            BadCredential: 401 -31401 unauthenticated; WWW-Authenticate: Bearer realm="sentinel"
              The credential is not valid here.
            KeyExpired: 401 -31401 unauthenticated; WWW-Authenticate: Bearer realm="sentinel"
              The API key has expired; ask for a new one.
            KeyOfOtherBackend: 401 -31401 unauthenticated; WWW-Authenticate: Bearer realm="sentinel"
              The API key is not valid for this server.
            InsufficientScope: 403 -31403 insufficient_scope
              The token is valid and lacks a scope that this gateway demands.
            TwoCredentials: 400 -32600 invalid_request
              The request carries both Authorization and X-Api-Key; send one of them.
            RepeatedHeader: 400 -32600 invalid_request
              A header that decides who asks, or what is asked for, is there more than once.
            UnexpectedBody: 400 -32600 invalid_request
              Only POST takes a body.
            BrokenBody: 400 -32600 invalid_request
              The body broke off, came too slowly, or is no proper HTTP.
            BatchRefused: 200 -31403 batch_refused
              Another message of this batch was refused, so none was forwarded.
            UnsupportedMediaType: 415 -31415 unsupported_media_type
              Send Content-Type: application/json in UTF-8, without Content-Encoding.
            SessionUnknown: 404 -31404 session_unknown
              There is no such session; initialize a new one without Mcp-Session-Id.
            RouteUnknown: 404 -31404 route_unknown
              No route of this gateway serves this path.
            BackendRefused: 502 -31502 backend_refused
              The server behind this gateway refused the gateway's own credential.
            BackendCredential: 502 -31502 backend_credential
              The gateway got no credential of its own for the server behind it; its log says why.
            BackendRedirected: 502 -31502 backend_refused
              The server behind this gateway redirected to another origin; the gateway does not follow.
            BackendSessionUnusable: 502 -31502 backend_refused
              The server behind this gateway gave a session id that is too long, not visible ASCII, or there twice.
            BackendListUnreadable: 502 -31502 backend_refused
              The server behind this gateway answered with a list that cannot be read without doubt; it is not passed on.
            BackendUnreachable: 502 -31502 backend_unreachable
              The server behind this gateway cannot be reached.
            Overloaded: 503 -31503 overloaded; Retry-After: 1
              The gateway has as many requests under way as it takes; nothing was forwarded. Try again.
            BackendUntrusted: 502 -31502 backend_unreachable
              There is no TLS connection to the server behind this gateway: one of the two does not trust the other's certificate, or it has expired. The gateway's log says more.
            AuditUnavailable: 503 -31503 audit_unavailable; Retry-After: 5
              This call cannot be recorded at the moment, so it was not forwarded. Try again.
            BackendTimeout: 504 -31504 backend_timeout
              The server behind this gateway did not answer in time.
            BackendConnectTimeout: 504 -31504 backend_timeout
              The server behind this gateway took no connection in time.
            BackendTotalTimeout: 504 -31504 backend_timeout
              The call took longer than this gateway lets the server behind it take.
            InternalError: 500 -31500 internal_error
              The gateway failed; its log says why, under this request id.
            HostDenied: 403 -31403 origin_denied
              The host 'evil.example' is not allowed here; call the gateway by its PublicUrl, or add the host to Sentinel.AllowedHosts in proxy.json.
            OriginDenied: 403 -31403 origin_denied
              Web pages of the origin 'https://evil.example' may not call this gateway; add it to Sentinel.AllowedOrigins in proxy.json.
            CircuitOpen: 503 -31503 circuit_open; Retry-After: 7
              The server behind this gateway failed too often just now and is left alone for a while; try again then.
            BodyTooLarge: 413 -31413 body_too_large
              The body is longer than the 1024 bytes that this gateway takes.
            HeaderMismatch: 400 -32020 header_mismatch
              Why.
            MethodDenied: 200 -31403 rbac
              Permission denied for method: acme/run
            Denied: 200 -31403 rbac
              Permission denied for tool: drop
            Denied: 200 -31403 kill_switch
              Tool is switched off: drop
            Denied: 200 -31403 tool_changed
              Tool is not available, for an operator has to review it: drop
            """,
            string.Join('\n', refusals.Select(Describe)));
    }

    [Fact]
    public void Every_fault_of_a_message_has_its_refusal()
    {
        string[] targets = ["tools/call", "resources/read", "tasks/get", "completion/complete"];
        var refusals = Constants<MessageFault>()
            .Concat(targets.Select(name => (name, MessageFault.Target(McpMethods.All.Single(m => m.Name == name)))))
            .Select(fault => (fault.Item1, Refusal.OfFault(fault.Item2)));

        Assert.Equal(
            """
            Bom: 400 -32700 parse_error
              The body starts with a byte order mark; send plain UTF-8.
            Encoding: 400 -32700 parse_error
              The body is not valid UTF-8.
            Json: 400 -32700 parse_error
              The body is not one JSON value of at most 64 levels.
            NotAnObject: 400 -32600 invalid_request
              A message is a JSON object.
            BatchNotDefined: 400 -32600 invalid_request
              Batches exist in revision 2025-03-26 only; send one message a request.
            BatchSize: 400 -32600 invalid_request
              A batch holds 1 to 100 messages.
            BatchedInitialize: 400 -32600 invalid_request
              initialize must not be part of a batch.
            BatchedId: 400 -32600 invalid_request
              An "id" is there twice in the batch.
            DuplicateKey: 400 -32600 invalid_request
              An object has the same key twice.
            UnreadableString: 400 -32600 invalid_request
              A key, id, method or name is not valid Unicode.
            LookAlikeKey: 400 -32600 invalid_request
              A key differs from a protocol key or from its neighbour only in case or after a NUL; servers may take one for the other.
            Version: 400 -32600 invalid_request
              "jsonrpc" must be "2.0".
            Id: 400 -32600 invalid_request
              "id" must be a string or an integer.
            MissingId: 400 -32600 invalid_request
              A request needs an "id".
            Method: 400 -32600 invalid_request
              "method" must be a string, spelled exactly.
            Shape: 400 -32600 invalid_request
              A message has either "method", or an "id" with one of "result" and "error".
            ControlInName: 400 -32602 invalid_request
              A "name" or "uri" holds a control character.
            Subscriptions: 400 -32602 invalid_request
              "resourceSubscriptions" must be a list of at most 1024 strings.
            tools/call: 400 -32602 invalid_request
              tools/call needs an object "params" with a string "name".
            resources/read: 400 -32602 invalid_request
              resources/read needs an object "params" with a string "uri".
            tasks/get: 400 -32602 invalid_request
              tasks/get needs an object "params" with a string "taskId".
            completion/complete: 400 -32602 invalid_request
              completion/complete needs an object "params" with a "ref" of type ref/prompt and a "name", or of type ref/resource and a "uri".
            """,
            string.Join('\n', refusals.Select(Describe)));
    }

    [Fact]
    public void Only_policy_makes_a_call_denied()
    {
        Assert.True(Refusal.Denied(Decision.NoGrant, TargetKind.Tool, "x").IsPolicy);
        Assert.True(Refusal.MethodDenied("x").IsPolicy);
        Assert.True(Refusal.Denied(new Decision(false, ToolPins.ReasonToolChanged, "pinning"), TargetKind.Tool, "x").IsPolicy);
        Assert.Equal([nameof(Refusal.BatchRefused)], from r in Constants<Refusal>() where r.Value.IsPolicy select r.Name);
    }

    private static IEnumerable<(string Name, T Value)> Constants<T>() =>
        typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(T))
            .Select(field => (field.Name, (T)field.GetValue(null)!));

    private static string Describe((string Name, Refusal Refusal) named)
    {
        var (name, refusal) = named;
        var header = refusal.Header is { } h ? $"; {h.Name}: {h.Value}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {refusal.HttpStatus} {refusal.Code} {refusal.Reason}{header}\n  {refusal.Message}");
    }
}
