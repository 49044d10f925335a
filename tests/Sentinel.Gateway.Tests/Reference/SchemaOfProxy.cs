using System.Text.Json.Nodes;

namespace Sentinel.Gateway.Tests.Reference;

/// <summary>
/// The rest of proxy.schema.json: YARP's section as loosely as YARP reads it, with the names that are ours.
/// </summary>
internal static class SchemaOfProxy
{
    public static string Whole()
    {
        var settings = new SchemaOfSettings();
        var sentinel = settings.Create();
        sentinel["description"] = "Sentinel's own settings: docs/proxy-json.md.";
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "proxy.json of Sentinel",
            ["description"] = "JSON with comments and trailing commas; keys are case-sensitive.",
            ["type"] = "object",
            ["allowComments"] = true,
            ["allowTrailingCommas"] = true,
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("ReverseProxy", "Sentinel"),
            ["properties"] = new JsonObject
            {
                ["$schema"] = Text("Where this schema is, for editors."),
                ["ReverseProxy"] = ReverseProxy(),
                ["Sentinel"] = sentinel,
            },
            ["definitions"] = settings.Definitions,
        };
        return SchemaText.Write(schema);
    }

    // YARP ignores keys that it does not know, and so the reader only warns of them.
    private static JsonObject ReverseProxy() => Object(
        "Routes and clusters: YARP's own section.",
        ("Routes", Map("Route id → which requests it takes, and where they go.", Route())),
        ("Clusters", Map("Backend's name in policy, audit and metrics → where it is.", Cluster())));

    private static JsonObject Route() => Object(
        null,
        ("ClusterId", Text("The cluster that requests go to.")),
        ("Match", Object(
            "Which requests.",
            ("Path", Text("For example /github/{**rest}.")),
            ("Hosts", Texts("Host names.")),
            ("Methods", Texts("HTTP methods."))
        )),
        ("Order", new JsonObject { ["type"] = new JsonArray("integer", "string") }),
        ("Transforms", new JsonObject
        {
            ["description"] = "Changes of the request, for example { \"PathRemovePrefix\": \"/github\" }.",
            ["type"] = "array",
            ["items"] = new JsonObject { ["type"] = "object" },
        }),
        ("Metadata", Map(null, Text(null))));

    private static JsonObject Cluster() => Object(
        null,
        ("Destinations", Map(
            "Destination's name → its address.",
            Object(
                null,
                ("Address", UrlText("Absolute http or https URL, without user name, password, query or fragment.")),
                ("Health", UrlText("Where probes go, if not to Address."))))),
        ("LoadBalancingPolicy", NameOr(
            "How a destination is chosen. CallerHash: the same caller, the same destination.",
            "CallerHash", "PowerOfTwoChoices", "FirstAlphabetical", "Random", "RoundRobin", "LeastRequests")),
        ("HealthCheck", Object(
            "How destinations are watched: docs/destinations.md.",
            ("Active", Object(
                "Probes.",
                ("Enabled", Flag()),
                ("Interval", Time("Between two probes.")),
                ("Timeout", Time("For one probe.")),
                ("Policy", NameOr("Mcp: by the protocol, at Path.", "Mcp", "ConsecutiveFailures")),
                ("Path", Text("What is probed; of the policy Mcp the MCP endpoint."))
            )),
            ("Passive", Object(
                "What requests show.",
                ("Enabled", Flag()),
                ("Policy", NameOr(
                    "CircuitBreaker: after failures in a row a destination gets no requests for a while.",
                    "CircuitBreaker", "TransportFailureRate")),
                ("ReactivationPeriod", Time("How long a destination is left alone."))
            )))),
        ("HttpRequest", Object(
            "How requests are sent.",
            ("ActivityTimeout", Time("For how long nothing may move; 30 minutes where it is not set.")),
            ("Version", Text("HTTP version, for example 2.")))),
        ("Metadata", Map(
            "CircuitBreaker.Failures: failures in a row that open the circuit.",
            Text(null))));

    private static JsonObject Object(string? description, params (string Name, JsonObject Schema)[] properties) =>
        Described(description, new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(properties.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Schema))),
        });

    private static JsonObject Map(string? description, JsonObject item) =>
        Described(description, new JsonObject { ["type"] = "object", ["additionalProperties"] = item });

    // YARP reads every scalar from its text, so that a number stands for its digits.
    private static JsonObject Text(string? description) => Described(
        description, new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") });

    private static JsonObject UrlText(string? description) => Described(
        description,
        new JsonObject { ["type"] = new JsonArray("string", "null"), ["pattern"] = "^[hH][tT][tT][pP][sS]?://[^?#@]*$" });

    private static JsonObject Texts(string description) => Described(
        description, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } });

    private static JsonObject Flag() => new() { ["type"] = new JsonArray("boolean", "string", "null") };

    private static JsonObject Time(string description) => Described(
        $"{description} For example 00:00:10.", new JsonObject { ["type"] = new JsonArray("string", "null") });

    // The names are offered; any other text is YARP's to judge.
    private static JsonObject NameOr(string description, params string[] names) => Described(
        description,
        new JsonObject
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["enum"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]) },
                new JsonObject { ["type"] = new JsonArray("string", "null") }),
        });

    private static JsonObject Described(string? description, JsonObject schema)
    {
        if (description is not null)
        {
            schema.Insert(0, "description", description);
        }

        return schema;
    }
}
