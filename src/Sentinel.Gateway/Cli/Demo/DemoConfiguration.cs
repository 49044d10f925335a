using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Gateway.Cli.Demo;

/// <summary>The proxy.json of the tour: one backend, two callers and one who views, the embedded store.</summary>
internal static class DemoConfiguration
{
    /// <summary>Alice may search and print, and not delete.</summary>
    public const string AnalystToken = "demo-alice";

    /// <summary>Bob may search, and nothing else.</summary>
    public const string GuestToken = "demo-bob";

    /// <summary>Carol may call nothing, and sees on the dashboard what the others did.</summary>
    public const string ViewerToken = "demo-carol";

    private const string ViewerRole = "auditor";

    /// <summary>The variable that has to hold a session key: nobody is to be warned of a tour.</summary>
    public const string SessionKeysVariable = "SESSION_KEYS";

    public static string Write(string backendUrl, string storePath) => new JsonObject
    {
        ["ReverseProxy"] = new JsonObject
        {
            ["Routes"] = new JsonObject
            {
                ["notes"] = new JsonObject
                {
                    ["ClusterId"] = "notes",
                    ["Match"] = new JsonObject { ["Path"] = "/notes/{**rest}" },
                    ["Transforms"] = new JsonArray(new JsonObject { ["PathRemovePrefix"] = "/notes" }),
                },
            },
            ["Clusters"] = new JsonObject
            {
                ["notes"] = new JsonObject
                {
                    ["Destinations"] = new JsonObject { ["local"] = new JsonObject { ["Address"] = backendUrl } },
                },
            },
        },
        ["Sentinel"] = new JsonObject
        {
            ["Authentication"] = new JsonObject
            {
                ["ApiKeys"] = new JsonArray(
                    Key("alice", AnalystToken, "analyst"),
                    Key("bob", GuestToken, "guest"),
                    Key("carol", ViewerToken, ViewerRole)),
            },
            ["Rbac"] = new JsonObject
            {
                ["Roles"] = new JsonObject
                {
                    ["analyst"] = new JsonObject
                    {
                        ["Allow"] = new JsonArray("notes/*"),
                        ["Deny"] = new JsonArray("notes/delete_*"),
                    },
                    ["guest"] = new JsonObject { ["Allow"] = new JsonArray("notes/search_*") },
                    [ViewerRole] = new JsonObject(),
                },
            },
            ["Sessions"] = new JsonObject { ["KeysEnv"] = SessionKeysVariable },
            ["Shutdown"] = new JsonObject { ["LoadBalancerSeconds"] = 0 },
            ["Audit"] = new JsonObject
            {
                ["Store"] = "Sqlite",
                ["Sqlite"] = new JsonObject { ["Path"] = storePath },
                ["Journal"] = new JsonObject
                {
                    ["Path"] = Path.Combine(Path.GetDirectoryName(storePath)!, "journal"),
                    ["MaxBytes"] = 16 * 1024 * 1024,
                },
            },
            ["Management"] = new JsonObject
            {
                ["Url"] = "http://127.0.0.1:0",
                ["ViewerRoles"] = new JsonArray(ViewerRole),
            },
        },
    }.ToJsonString();

    private static JsonObject Key(string name, string token, string role) => new()
    {
        ["Name"] = name,
        ["Sha256"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token))),
        ["Roles"] = new JsonArray(role),
    };
}
