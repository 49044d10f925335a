using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sentinel.Tests.Shared;

/// <summary>
/// Builds a proxy.json. It starts with management on a free port and auditing off; what a method does not reach,
/// a test writes into <see cref="Sentinel"/> or <see cref="ReverseProxy"/> itself.
/// </summary>
public sealed class ProxyConfig
{
    /// <summary>Where <see cref="SessionKeys"/> looks for keys; without them a gateway warns.</summary>
    public const string SessionKeysVariable = "SESSION_KEYS";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly JsonObject _routes = [];
    private readonly JsonObject _clusters = [];
    private readonly JsonObject _authentication = [];
    private readonly JsonObject _roles = [];
    private readonly JsonObject _rbac;
    private readonly JsonObject _root;

    public ProxyConfig()
    {
        _rbac = new JsonObject { ["Roles"] = _roles };
        ReverseProxy = new JsonObject { ["Routes"] = _routes, ["Clusters"] = _clusters };
        Sentinel = new JsonObject
        {
            ["Authentication"] = _authentication,
            ["Rbac"] = _rbac,
            ["Audit"] = new JsonObject { ["Enabled"] = false },
            ["Management"] = new JsonObject { ["Url"] = "http://127.0.0.1:0" },
        };
        _root = new JsonObject { [nameof(ReverseProxy)] = ReverseProxy, [nameof(Sentinel)] = Sentinel };
    }

    public JsonObject ReverseProxy { get; }

    public JsonObject Sentinel { get; }

    /// <summary>A backend served under <c>/NAME/</c>; several addresses are its destinations a, b, c …</summary>
    public ProxyConfig Backend(string name, params ReadOnlySpan<Uri> addresses)
    {
        var destinations = new JsonObject();
        foreach (var address in addresses)
        {
            var id = ((char)('a' + destinations.Count)).ToString();
            destinations[id] = new JsonObject { ["Address"] = address.AbsoluteUri };
        }

        _routes[name] = new JsonObject
        {
            ["ClusterId"] = name,
            ["Match"] = new JsonObject { ["Path"] = $"/{name}/{{**rest}}" },
            ["Transforms"] = new JsonArray(new JsonObject { ["PathRemovePrefix"] = $"/{name}" }),
        };
        _clusters[name] = new JsonObject { ["Destinations"] = destinations };
        return this;
    }

    /// <summary>A caller who is known by <paramref name="key"/>, of which the file holds the hash.</summary>
    public ProxyConfig ApiKey(string name, string key, params IEnumerable<string> roles)
    {
        var keys = _authentication["ApiKeys"] as JsonArray ?? [];
        _authentication["ApiKeys"] = keys;
        keys.Add(
            new JsonObject
            {
                ["Name"] = name,
                ["Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
                ["Roles"] = Array(roles),
            }
        );
        return this;
    }

    /// <summary>Lets callers without a credential in.</summary>
    public ProxyConfig Anonymous(params IEnumerable<string> roles)
    {
        _authentication["Anonymous"] = new JsonObject { ["Roles"] = Array(roles) };
        return this;
    }

    public ProxyConfig Role(string name, IEnumerable<string> allow, IEnumerable<string>? deny = null)
    {
        _roles[name] = new JsonObject { ["Allow"] = Array(allow), ["Deny"] = Array(deny ?? []) };
        return this;
    }

    /// <summary>The kill switch.</summary>
    public ProxyConfig Disable(params IEnumerable<string> tools)
    {
        _rbac["Disabled"] = Array(tools);
        return this;
    }

    /// <summary>Records into the embedded store.</summary>
    public ProxyConfig AuditToSqlite(string path) =>
        Audit(
            new JsonObject { ["Enabled"] = true, ["Store"] = "Sqlite", ["Sqlite"] = new JsonObject { ["Path"] = path } }
        );

    /// <summary>Records into the PostgreSQL that the variable names.</summary>
    public ProxyConfig AuditToPostgres(string urlEnv = "DATABASE_URL") =>
        Audit(
            new JsonObject
            {
                ["Enabled"] = true,
                ["Store"] = "Postgres",
                ["Postgres"] = new JsonObject { ["UrlEnv"] = urlEnv },
            }
        );

    /// <summary>Replaces the audit section.</summary>
    public ProxyConfig Audit(JsonObject settings)
    {
        Sentinel[nameof(Audit)] = settings;
        return this;
    }

    /// <summary>Seals sessions with the keys of <see cref="SessionKeysVariable"/>.</summary>
    public ProxyConfig SessionKeys()
    {
        Sentinel["Sessions"] = new JsonObject { ["KeysEnv"] = SessionKeysVariable };
        return this;
    }

    public string ToJson() => _root.ToJsonString(Indented);

    /// <summary>Writes <c>proxy.json</c> into a folder and returns its path.</summary>
    public string WriteTo(TemporaryFolder folder)
    {
        var path = folder.File("proxy.json");
        File.WriteAllText(path, ToJson());
        return path;
    }

    private static JsonArray Array(IEnumerable<string> values) => [.. values.Select(value => (JsonNode)value)];
}
